"""Evidence: what an answer does on the cases of a seed, as named arrays.

This is the half of a check that runs beside the student's code. It sets no score and trusts nothing to be right:
`judge` reads the arrays elsewhere. Names are `float64/3/result`: data type, number of the case, what came out.
"""

import dis
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from autograder.checking import guard
from autograder.checking.draw import Chance, Draw
from autograder.checking.isolation import lent, quiet, time_limit
from autograder.checking.probes import article, leaves
from autograder.checking.probes.common import items
from autograder.checking.problems import TimeLimit, Unusable
from autograder.exercise import Case, Exercise

DTYPES = {"float64": torch.float64, "float32": torch.float32}
MOST_ITEMS = 1000  # of a list of tensors
MISSING = object()  # an answer whose name is not in the notebook


@dataclass
class Evidence:
    """Arrays by name, and notes that only choose words: no note ever earns a point.

    Notes: `missing`, `unattempted`, `timeout` (truth values), `problems` and `types` by array name, `changed`
    (names of arguments written into, by case), `calls` (forbidden), `device`.
    """

    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)

    _single: tuple[int, frozenset[str]] = field(default=(0, frozenset()), repr=False, compare=False)

    @property
    def single(self) -> frozenset[str]:
        """Places, `float64/3`, at which some result is a float32 tensor."""
        kinds = self.notes.get("types", {})
        if self._single[0] != len(kinds):  # asked for every array: looked at again only where the evidence has grown
            found = ("/".join(key.split("/")[:2]) for key, kind in kinds.items() if kind == "tensor float32")
            self._single = (len(kinds), frozenset(found))
        return self._single[1]

    def note(self, kind: str, key: str, text: Any) -> None:
        self.notes.setdefault(kind, {})[key] = text


def collect(exercise: Exercise, answer: Any, seed: int) -> Evidence:
    """Question an answer on every case. Whatever it does, this returns; chance and settings are put back after."""
    evidence = Evidence()
    if answer is MISSING:
        evidence.notes["missing"] = True
        return evidence
    with quiet():
        cases = exercise.drawn(seed).all
    guard.warm_up()
    try:
        with quiet(), lent(exercise, answer), time_limit(exercise.seconds):
            for name, i in places(exercise, len(cases)):
                if not observe(evidence, exercise, answer, cases[i], DTYPES[name], f"{name}/{i}"):
                    evidence.notes["unattempted"] = True
                    return evidence
            first = Case.of(exercise.glimpse(Draw(seed))) if exercise.glimpse else cases[0]
            evidence.notes["calls"] = guard.forbidden_calls(exercise, answer, first)
            evidence.notes["device"] = device_problem(exercise, answer, first)
    except TimeLimit:
        evidence.notes["timeout"] = True
    return evidence


def places(exercise: Exercise, cases: int) -> list[tuple[str, int]]:
    """Data type and number of every case, in the order in which they are run."""
    return [(name, i) for name in exercise.dtypes for i in range(cases)]


def step_by_step(exercise: Exercise, answer: Any, seed: int) -> Iterator[Evidence]:
    """Question an answer of ours, one more case each time it is asked: the same evidence, which grows.

    What it calls and where it computes is not looked at.
    """
    evidence, left = Evidence(), exercise.seconds
    cases = exercise.drawn(seed).all
    for name, i in places(exercise, len(cases)):
        began = time.thread_time()
        try:
            with quiet(), lent(exercise, answer), time_limit(max(left, 0.01)):
                attempted = observe(evidence, exercise, answer, cases[i], DTYPES[name], f"{name}/{i}")
        except TimeLimit:
            evidence.notes["timeout"] = True
            return
        if not attempted:
            evidence.notes["unattempted"] = True
            return
        left -= time.thread_time() - began
        yield evidence


def observe(evidence: Evidence, exercise: Exercise, answer: Any, case: Case, dtype: torch.dtype, key: str) -> bool:
    """Run one case and write down what came out. False if the answer is still the stub."""
    args = cast(case.args, dtype)
    before = [leaf.clone() for leaf in leaves(args)]
    # An answer that draws from the global source does so alike each time, and can be recognised. Of the sources the
    # CPU's alone: to seed those of devices that are not there takes torch longer than many an answer.
    torch.default_generator.manual_seed(0)
    try:
        outputs = exercise.probe(answer, args, exercise.returns, False)
        changed = [i for i, (a, b) in enumerate(zip(leaves(args), before, strict=True)) if not same(a, b)]
        if changed and not exercise.mutates:
            evidence.note("changed", key, changed)
        for name, output in outputs.items():
            write(evidence, f"{key}/{name}", output)
    except TimeLimit:
        raise
    except BaseException as error:  # SystemExit and KeyboardInterrupt included: an answer may raise anything
        if isinstance(error, NotImplementedError) and said_by_a_stub(error):
            return False
        evidence.note("problems", key, description(error))
        return True
    if exercise.gradients:
        observe_gradients(evidence, exercise, answer, case, dtype, key)
    return True


def observe_gradients(
    evidence: Evidence, exercise: Exercise, answer: Any, case: Case, dtype: torch.dtype, key: str
) -> None:
    """Differentiate through the answer; a failure here is a failure of the gradients alone."""
    unasked = gradients_unasked(exercise, case)
    try:
        for name, gradient in exercise.probe(answer, cast(case.args, dtype), exercise.returns, True).items():
            if name not in unasked:
                write(evidence, f"{key}/{name}", gradient)
    except TimeLimit:
        raise
    except BaseException as error:
        evidence.note("problems", f"{key}/gradients", description(error))


def gradients_unasked(exercise: Exercise, case: Case) -> set[str]:
    """Names of the gradients with respect to arguments that the exercise does not name: a loss's labels, say."""
    if isinstance(exercise.gradients, bool):
        return set()
    arguments = zip(exercise.argument_names(), case.args, strict=False)
    owners = [name for name, value in arguments for leaf in leaves(value) if leaf.is_floating_point()]
    return {f"gradient {i}" for i, owner in enumerate(owners) if owner not in exercise.gradients}


def write(evidence: Evidence, key: str, output: Any) -> None:
    """Turn one output into an array and a note of its type."""
    if isinstance(output, Tensor):
        with torch._C.DisableTorchFunctionSubclass():  # a subclass would be asked what its values are
            plain = Tensor.as_subclass(Tensor.detach(output), Tensor).cpu().resolve_conj().resolve_neg()
        evidence.note("types", key, f"tensor {str(plain.dtype).removeprefix('torch.')}")
        evidence.arrays[key] = (plain.float() if plain.dtype == torch.bfloat16 else plain).contiguous().numpy()
    elif output is None:
        evidence.note("types", key, "none")
    elif isinstance(output, bool | int | float | np.number | np.bool_):
        evidence.note("types", key, "number")
        evidence.arrays[key] = np.asarray(number(output))
    elif isinstance(output, np.ndarray):
        evidence.note("types", key, "NumPy array")
        evidence.arrays[key] = np.ascontiguousarray(output)
    elif isinstance(output, str):
        evidence.note("types", key, "text")
        evidence.arrays[key] = np.frombuffer(str.encode(output, "utf-8", "replace") or b"\0", dtype=np.uint8)
    else:
        evidence.note("types", key, article(output))
        if isinstance(output, list | tuple):
            parts = items(output)
            if len(parts) <= MOST_ITEMS and all(isinstance(item, Tensor) for item in parts):
                for i, item in enumerate(parts):
                    write(evidence, f"{key}[{i}]", item)


def number(output: Any) -> Any:
    """A number as it is; one of a class of the answer's own by what it holds, not by what it says it does."""
    if isinstance(output, float) and type(output) is not np.float64:
        return float.__float__(output)
    return int.__int__(output) if isinstance(output, int) and type(output) is not bool else output


def device_problem(exercise: Exercise, answer: Any, case: Case) -> str:
    """Say where the answer leaves the device of its inputs: tried on the meta device, which computes shapes only.

    An answer that looks at values (`.item()`, an `if` on a tensor, NumPy) cannot run there; that is no mistake.
    """
    if not exercise.device or not any(t.is_floating_point() for t in leaves(case.args)):
        return ""
    try:
        outputs = exercise.probe(answer, to_meta(case.args), exercise.returns, False)
    except RuntimeError as error:
        mixed = any(words in str(error) for words in ("same device", "at least two devices", "expected device"))
        return "mixes" if mixed else ""
    except TimeLimit:
        raise
    except BaseException:
        return ""
    return "moves" if any(o.device.type != "meta" for o in leaves(outputs)) else ""


def cast(value: Any, dtype: torch.dtype) -> Any:
    """A fresh copy of a case's arguments, floating-point tensors in `dtype`."""
    if isinstance(value, Tensor):
        return value.to(dtype, copy=True) if value.is_floating_point() else value.clone()
    if isinstance(value, Chance):
        return value.generator()
    if isinstance(value, tuple | list):
        return type(value)(cast(v, dtype) for v in value)
    if isinstance(value, dict):
        return {k: cast(v, dtype) for k, v in value.items()}
    return value


def to_meta(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.to("meta")
    if isinstance(value, tuple | list):
        return type(value)(to_meta(v) for v in value)
    return {k: to_meta(v) for k, v in value.items()} if isinstance(value, dict) else cast(value, torch.float64)


def same(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and bool(((a == b) | ((a != a) & (b != b))).all())


def said_by_a_stub(error: NotImplementedError) -> bool:
    """Whether a `raise` of the notebook's own raised it; torch raises it too, where it lacks an operation."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None or "torch" in traceback.tb_frame.f_code.co_filename:
        return False
    return dis.opname[traceback.tb_frame.f_code.co_code[traceback.tb_lasti]] == "RAISE_VARARGS"


def description(error: BaseException) -> str:
    """One line on an exception: its type, the beginning of its message, and the line of the answer it came from."""
    if isinstance(error, Unusable):
        return str(error)
    if isinstance(error, SystemExit):
        return "Your answer called exit."
    line = 0
    traceback = error.__traceback__
    while traceback is not None:
        if (
            "autograder" not in traceback.tb_frame.f_code.co_filename
            and "torch" not in traceback.tb_frame.f_code.co_filename
        ):
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    try:
        message = " ".join(str(error).split())[:300]
    except BaseException:
        message = ""
    where = f" (line {line} of the cell)" if line else ""
    return f"Your answer stopped with {type(error).__name__}: {message}{where}"


def gather(exercise_id: str, namespace: Mapping[str, Any], seed: int, sources: Sequence[str] = ()) -> bytes:
    """Look an answer up in a notebook's namespace, question it, and pack what it did."""
    from autograder import catalogue

    exercise = catalogue.find(exercise_id)
    answer = namespace.get(exercise.answer, MISSING)
    evidence = collect(exercise, answer, seed)
    if any(answer is ours for ours in exercise.alternatives.values()):  # no alias of ours is the student's work
        evidence.notes["calls"] = [guard.OURS]
    return pack(evidence)


def warm_up() -> None:
    """Load what `gather` needs beyond its imports: once, before notebooks are forked off."""
    from autograder import catalogue

    guard.warm_up()
    catalogue.all_exercises()


def pack(evidence: Evidence) -> bytes:
    """Evidence as safetensors bytes: dtype, shape and numbers, nothing that runs when it is read."""
    from safetensors.numpy import save

    notes = np.frombuffer(json.dumps(evidence.notes).encode(), dtype=np.uint8)
    arrays = {name: array for name, array in evidence.arrays.items() if array.dtype.kind in "fiub"}
    return bytes(save({"notes": notes, **arrays}))


def unpack(data: bytes | None, most: int = 64_000_000) -> Evidence:
    """Read packed evidence from an untrusted place. Raises ValueError if it is missing, oversized or malformed."""
    from safetensors.numpy import load

    if not data:
        raise ValueError("no evidence was written")
    if len(data) > most:
        raise ValueError(f"the evidence is {len(data)} bytes long, {most} at most are read")
    try:
        arrays: dict[str, NDArray[Any]] = load(data)
        notes = json.loads(arrays.pop("notes").tobytes().decode())
    except Exception as error:  # the bytes come from beside a student's code: any failure to read them is one failure
        raise ValueError(f"the evidence cannot be read ({type(error).__name__})") from None
    if not isinstance(notes, dict):
        raise ValueError("the evidence has no notes")
    return Evidence(arrays, tidy(notes))


def tidy(notes: dict[str, Any]) -> dict[str, Any]:
    """Only notes of the right type, and only so much of each: they are shown to people."""
    kept: dict[str, Any] = {k: True for k in ("missing", "unattempted", "timeout") if notes.get(k) is True}
    for kind in ("problems", "types"):
        if isinstance(notes.get(kind), dict):
            kept[kind] = {str(k): v[:500] for k, v in notes[kind].items() if isinstance(v, str)}
    if isinstance(notes.get("changed"), dict):
        kept["changed"] = {str(k): v for k, v in notes["changed"].items() if isinstance(v, list)}
    if isinstance(notes.get("calls"), list):
        kept["calls"] = [c[:100] for c in notes["calls"][:20] if isinstance(c, str)]
    if isinstance(notes.get("device"), str):
        kept["device"] = notes["device"][:20]
    return kept
