"""Question an answer on the cases of a seed.

This is the half of a check that runs beside the student's code. It sets no score and trusts nothing to be right:
`judge` reads the arrays elsewhere. All that it needs of a spec is the `Question`.
"""

import dis
import time
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.checking.context import quiet, substituted, time_limit
from autograder.checking.evidence import MISSING, Evidence
from autograder.checking.forbidden import Forbidden, forbidden_calls, warm_up
from autograder.checking.keys import DOUBLE, SINGLE, Key, Place
from autograder.checking.tensors import cast, same, to_meta
from autograder.spec import Case, Question
from autograder.spec.draw import Draw
from autograder.spec.errors import TimeLimit, Unusable
from autograder.spec.outputs import INPUT, Kind, Output
from autograder.spec.probes import article, leaves
from autograder.spec.probes.common import items

DTYPES = {DOUBLE: torch.float64, SINGLE: torch.float32}
MOST_ITEMS = 1000  # of a list of tensors


def collect(question: Question, answer: Any, seed: int, forbidden: Forbidden, lent: Mapping[str, Any]) -> Evidence:
    """Question an answer on every case. Whatever it does, this returns; chance and settings are put back after.

    Args:
        question: what is asked.
        answer: the student's function, class or value; `MISSING` where there is none.
        seed: of the cases.
        forbidden: what the answer may not call.
        lent: references that stand in place of the student's own earlier functions meanwhile.
    """
    evidence = Evidence()
    if answer is MISSING:
        evidence.notes.missing = True
        return evidence
    with quiet():
        cases = question.drawn(seed).all
    warm_up()
    try:
        with quiet(), substituted(answer, lent), time_limit(question.seconds):
            for place in places(question, len(cases)):
                if not observe(evidence, question, answer, cases[place.case], place):
                    evidence.notes.unattempted = True
                    return evidence
            first = Case.of(question.glimpse(Draw(seed))) if question.glimpse else cases[0]
            arguments = cast(first.args, torch.float32)
            evidence.notes.calls = forbidden_calls(
                forbidden, answer, lambda: question.probe(answer, arguments, question.returns, False)
            )
            evidence.notes.device = device_problem(question, answer, first)
    except TimeLimit:
        evidence.notes.timeout = True
    return evidence


def places(question: Question, cases: int) -> list[Place]:
    """Precision and number of every case, in the order in which they are run."""
    return [Place(dtype, i) for dtype in question.probe.dtypes for i in range(cases)]


def step_by_step(question: Question, answer: Any, seed: int, lent: Mapping[str, Any]) -> Iterator[Evidence]:
    """Question an answer of ours, one more case each time it is asked: the same evidence, which grows.

    What it calls and where it computes is not looked at.
    """
    evidence, left = Evidence(), question.seconds
    cases = question.drawn(seed).all
    for place in places(question, len(cases)):
        began = time.thread_time()
        try:
            with quiet(), substituted(answer, lent), time_limit(max(left, 0.01)):
                attempted = observe(evidence, question, answer, cases[place.case], place)
        except TimeLimit:
            evidence.notes.timeout = True
            return
        if not attempted:
            evidence.notes.unattempted = True
            return
        left -= time.thread_time() - began
        yield evidence


def observe(evidence: Evidence, question: Question, answer: Any, case: Case, place: Place) -> bool:
    """Run one case and write down what came out. False if the answer is still the stub."""
    args = cast(case.args, DTYPES[place.dtype])
    before = [leaf.clone() for leaf in leaves(args)]
    # An answer that draws from the global source does so alike each time, and can be recognised. Of the sources the
    # CPU's alone: to seed those of devices that are not there takes torch longer than many an answer.
    torch.default_generator.manual_seed(0)
    try:
        outputs = question.probe(answer, args, question.returns, False)
        changed = [i for i, (a, b) in enumerate(zip(leaves(args), before, strict=True)) if not same(a, b)]
        if changed and not question.mutates:
            evidence.notes.changed[place] = changed
        for output, value in outputs.items():
            write(evidence, Key(place, output), value)
    except TimeLimit:
        raise
    except BaseException as error:  # SystemExit and KeyboardInterrupt included: an answer may raise anything
        if isinstance(error, NotImplementedError) and said_by_a_stub(error):
            return False
        evidence.notes.problems[place] = description(error)
        return True
    if question.gradients:
        observe_gradients(evidence, question, answer, case, place)
    return True


def observe_gradients(evidence: Evidence, question: Question, answer: Any, case: Case, place: Place) -> None:
    """Differentiate through the answer; a failure here is a failure of the gradients alone."""
    unasked = gradients_unasked(question, case)
    try:
        args = cast(case.args, DTYPES[place.dtype])
        for output, value in question.probe(answer, args, question.returns, True).items():
            if output not in unasked:
                write(evidence, Key(place, output), value)
    except TimeLimit:
        raise
    except BaseException as error:
        evidence.notes.gradient_problems[place] = description(error)


def gradients_unasked(question: Question, case: Case) -> set[Output]:
    """Gradients with respect to arguments that the question does not name: a loss's labels, say."""
    if isinstance(question.gradients, bool):
        return set()
    arguments = zip(question.argument_names(), case.args, strict=False)
    owners = [name for name, value in arguments for leaf in leaves(value) if leaf.is_floating_point()]
    unasked = (i for i, owner in enumerate(owners) if owner not in question.gradients)
    return {Output(INPUT, Kind.GRADIENT, item=i) for i in unasked}


def write(evidence: Evidence, key: Key, value: Any) -> None:
    """Turn one output into an array and a note of its type."""
    arrays = evidence.arrays
    if isinstance(value, Tensor):
        with torch._C.DisableTorchFunctionSubclass():  # a subclass would be asked what its values are
            plain = Tensor.as_subclass(Tensor.detach(value), Tensor).cpu().resolve_conj().resolve_neg()
        evidence.note_type(key, f"tensor {str(plain.dtype).removeprefix('torch.')}")
        arrays[key] = (plain.float() if plain.dtype == torch.bfloat16 else plain).contiguous().numpy()
    elif value is None:
        evidence.note_type(key, "none")
    elif isinstance(value, bool | int | float | np.number | np.bool_):
        evidence.note_type(key, "number")
        arrays[key] = np.asarray(number(value))
    elif isinstance(value, np.ndarray):
        evidence.note_type(key, "NumPy array")
        arrays[key] = np.ascontiguousarray(value)
    elif isinstance(value, str):
        evidence.note_type(key, "text")
        arrays[key] = np.frombuffer(str.encode(value, "utf-8", "replace") or b"\0", dtype=np.uint8)
    else:
        evidence.note_type(key, article(value))
        if isinstance(value, list | tuple):
            parts = items(value)
            if len(parts) <= MOST_ITEMS and all(isinstance(item, Tensor) for item in parts):
                for i, item in enumerate(parts):
                    write(evidence, Key(key.place, key.output.part(i)), item)


def number(value: Any) -> Any:
    """A number as it is; one of a class of the answer's own by what it holds, not by what it says it does."""
    if isinstance(value, float) and type(value) is not np.float64:
        return float.__float__(value)
    return int.__int__(value) if isinstance(value, int) and type(value) is not bool else value


def device_problem(question: Question, answer: Any, case: Case) -> str:
    """Say where the answer leaves the device of its inputs: tried on the meta device, which computes shapes only.

    An answer that looks at values (`.item()`, an `if` on a tensor, NumPy) cannot run there; that is no mistake.
    """
    if not question.probe.device or not any(t.is_floating_point() for t in leaves(case.args)):
        return ""
    try:
        outputs = question.probe(answer, to_meta(case.args), question.returns, False)
    except RuntimeError as error:
        mixed = any(words in str(error) for words in ("same device", "at least two devices", "expected device"))
        return "mixes" if mixed else ""
    except TimeLimit:
        raise
    except BaseException:
        return ""
    return "moves" if any(o.device.type != "meta" for o in leaves(list(outputs.values()))) else ""


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
        file = traceback.tb_frame.f_code.co_filename
        if "autograder" not in file and "torch" not in file:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    try:
        message = " ".join(str(error).split())[:300]
    except BaseException:
        message = ""
    where = f" (line {line} of the cell)" if line else ""
    return f"Your answer stopped with {type(error).__name__}: {message}{where}"
