"""Question an answer on the cases of a seed.

This is the half of a check that runs beside the student's code. It sets no score and trusts nothing to be right:
`judge` reads the arrays elsewhere. All that it needs of a spec is the `Question`.
"""

import contextlib
import dis
import inspect
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.checking.context import quiet, substituted, time_limit
from autograder.checking.crash import description
from autograder.checking.devices import Devices
from autograder.checking.evidence import ARRAY, IN_GRAPH, MISSING, Evidence
from autograder.checking.forbidden import Forbidden, trace
from autograder.checking.interrupt import give_way
from autograder.checking.keys import DOUBLE, SINGLE, Key, Place
from autograder.checking.tensors import cast
from autograder.checking.values import pack_values, plain
from autograder.checking.world import Change, World, handed_back, parameter_names, watched
from autograder.spec import Case, Question
from autograder.spec.errors import Interrupted, TimeLimit, Unfinished
from autograder.spec.outputs import DRAWN, INPUT, Kind, Output
from autograder.spec.probes import article, leaves
from autograder.spec.probes.common import items

DTYPES = {DOUBLE: torch.float64, SINGLE: torch.float32}
MOST_ITEMS = 1000  # of a list of tensors
# Seconds that the smallest case may take where a larger one was stopped, and each later case; how many of these may be
# stopped before no more are run.
ENDS_SOON, LATER, MOST_SLOW = 0.5, 1.0, 3


@dataclass(frozen=True)
class Handed:
    """What an answer is questioned on: all cases, and the one on which it is watched."""

    all: Sequence[Case]
    first: Callable[[], Case]

    @classmethod
    def drawn(cls, question: Question, seed: int) -> "Handed":
        """The cases of a seed, drawn here."""
        with quiet():
            return cls(question.drawn(seed).all, lambda: question.first(seed))


def collect(
    question: Question,
    answer: Any,
    handed: Handed,
    forbidden: Forbidden,
    lent: Mapping[str, Any],
    conclude: bool = True,
) -> Evidence:
    """Question an answer on every case. Whatever it does, this returns; chance and settings are put back after.

    Args:
        question: what is asked.
        answer: the student's function, class or value; `MISSING` where there is none.
        handed: the cases.
        forbidden: what the answer may not call.
        lent: references that stand in place of the student's own earlier functions meanwhile.
        conclude: whether what was drawn is looked at here (see `conclusions.conclude`).

    Raises:
        Interrupted: somebody stopped the check.
    """
    evidence = Evidence(open=not conclude)
    if answer is MISSING:
        evidence.notes.missing = True
        return evidence
    evidence.notes.defaults = defaults_of(answer)
    with quiet(), substituted(answer, lent):
        if not _run_all(evidence, question, answer, handed.all):
            evidence.notes.unattempted = True
            return evidence
        give_way()
        if not evidence.notes.timeout:
            with contextlib.suppress(TimeLimit), time_limit(question.seconds):
                watch(evidence, question, answer, handed.first(), forbidden)
            give_way()
    return evidence


def _run_all(evidence: Evidence, question: Question, answer: Any, cases: Sequence[Case]) -> bool:
    """Run all cases. False if the answer is still the stub.

    A case may take the question's time. Where one is stopped, a small one is asked: an answer that does not end there
    either never ends, and nothing more is tried. Of one that ends the other cases are asked, each for a short time.
    """
    slow = evidence.notes.slow
    for place in places(question, len(cases)):
        give_way()
        if len(slow) > MOST_SLOW:
            slow.add(place)
            continue
        try:
            with time_limit(LATER if slow else question.seconds):
                if not observe(evidence, question, answer, cases[place.case], place):
                    return False
        except TimeLimit:
            if not slow and not _ends(question, answer, cases, place):
                evidence.notes.timeout = True
                return True
            slow.add(place)
    return True


def _ends(question: Question, answer: Any, cases: Sequence[Case], stopped: Place) -> bool:
    """Whether an answer that was stopped on one case ends soon on the smallest of those with less in them."""
    sizes = [sum(leaf.numel() for leaf in leaves(case.args)) for case in cases]
    smallest = min(range(len(cases)), key=sizes.__getitem__)
    if sizes[smallest] >= sizes[stopped.case]:
        return False
    try:
        with time_limit(ENDS_SOON):
            observe(Evidence(), question, answer, cases[smallest], Place(stopped.dtype, smallest))
    except TimeLimit:
        return False
    return True


def watch(evidence: Evidence, question: Question, answer: Any, case: Case, forbidden: Forbidden) -> None:
    """What the answer calls, in which precision it computes, and whether it keeps to the device of its inputs."""
    notes, double = evidence.notes, DOUBLE in question.probe.dtypes
    arguments = cast(case.args, DTYPES[DOUBLE if double else SINGLE])
    devices = Devices()
    follow = question.probe.device and any(leaf.is_floating_point() for leaf in leaves(arguments))

    def call() -> None:
        with devices if follow else contextlib.nullcontext():
            outputs = question.probe.observed(answer, arguments, question.returns, False)
        drawn = outputs.pop(DRAWN, {})
        devices.returned([*outputs.values(), *(drawn.get("last", {}) if isinstance(drawn, dict) else {}).values()])

    seen = trace(forbidden, answer, call)
    notes.calls, notes.single = seen.calls, double and seen.single
    notes.device, notes.maker = devices.problem, devices.maker


def computes_in_single(question: Question, answer: Any, seed: int, lent: Mapping[str, Any]) -> bool:
    """Whether float32 comes into the answer's calculation by itself; for answers of ours, which are not watched."""
    if DOUBLE not in question.probe.dtypes:
        return False
    evidence = Evidence()
    with quiet(), substituted(answer, lent), contextlib.suppress(TimeLimit), time_limit(question.seconds):
        watch(evidence, question, answer, question.first(seed), Forbidden())
    return evidence.notes.single


def defaults_of(answer: Any) -> dict[str, str]:
    """The defaults of a function's arguments, or of a class's, as they would be written."""
    try:
        parameters = inspect.signature(answer).parameters.values()
        return {p.name: repr(p.default)[:100] for p in parameters if p.default is not p.empty}
    except Exception:  # of whatever an answer may be
        return {}


def places(question: Question, cases: int) -> list[Place]:
    """Precision and number of every case, in the order in which they are run."""
    return [Place(dtype, i) for dtype in question.probe.dtypes for i in range(cases)]


def step_by_step(question: Question, answer: Any, seed: int, lent: Mapping[str, Any]) -> Iterator[Evidence]:
    """Question an answer of ours, one more case each time it is asked: the same evidence, which grows.

    What it calls and where it computes is not looked at.
    """
    evidence, left = Evidence(), question.seconds
    evidence.notes.defaults = defaults_of(answer)
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
    # An answer that draws from the global source does so alike each time, and can be recognised. Of the sources the
    # CPU's alone: to seed those of devices that are not there takes torch longer than many an answer.
    torch.default_generator.manual_seed(0)
    handed_in = named_arguments(question, answer, args)
    world, changed = World(handed_in), set[Change]()
    watching = watched(answer, changed, world.known)
    try:
        outputs = question.probe.observed(watching, args, question.returns, False)
        drawn = outputs.get(DRAWN, {})
        back = {o.name: v for o, v in outputs.items()} | (drawn.get("last", {}) if isinstance(drawn, dict) else {})
        changed |= handed_back({name: value for name, value in back.items() if name in question.fresh}, handed_in)
        if evidence.open and DRAWN in outputs:
            evidence.drawn[place] = pack_values(plain(outputs.pop(DRAWN)))
        for output, value in question.probe.concluded(outputs, args).items():
            write(evidence, Key(place, output), value)
    except (TimeLimit, Interrupted):
        raise
    except BaseException as error:  # SystemExit and KeyboardInterrupt included: an answer may raise anything
        if isinstance(error, Unfinished):
            for name, value in error.outputs.items():
                write(evidence, Key(place, Output.of(name)), value)
            error = error.cause
        if isinstance(error, NotImplementedError) and said_by_a_stub(error):
            return False
        evidence.notes.problems[place] = description(error, answer)
        return True
    changed |= world.changes()
    if changed:
        evidence.notes.changed[place] = changed
    if question.gradients:
        observe_gradients(evidence, question, answer, case, place)
    return True


def named_arguments(question: Question, answer: Any, args: Sequence[Any]) -> list[tuple[int, str, Any]]:
    """The arguments of a case, each with its number and a name: the answer's own where it is called with these."""
    told = list(question.probe.arguments or question.arguments or parameter_names(answer))
    return [(i, told[i] if i < len(told) else f"argument {i + 1}", value) for i, value in enumerate(args)]


def observe_gradients(evidence: Evidence, question: Question, answer: Any, case: Case, place: Place) -> None:
    """Differentiate through the answer; a failure here is a failure of the gradients alone."""
    unasked = gradients_unasked(question, case)
    try:
        args = cast(case.args, DTYPES[place.dtype])
        for output, value in question.probe(answer, args, question.returns, True).items():
            if output not in unasked:
                write(evidence, Key(place, output), value)
    except (TimeLimit, Interrupted):
        raise
    except BaseException as error:
        evidence.notes.gradient_problems[place] = description(error, answer)


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
        history = IN_GRAPH if value.requires_grad and key.output.kind is Kind.VALUE else ""
        evidence.note_type(key, f"tensor {str(plain.dtype).removeprefix('torch.')}{history}")
        arrays[key] = (plain.float() if plain.dtype == torch.bfloat16 else plain).contiguous().numpy()
    elif value is None:
        evidence.note_type(key, "none")
    elif isinstance(value, bool | int | float | np.number | np.bool_):
        evidence.note_type(key, "number")
        arrays[key] = np.asarray(number(value))
    elif isinstance(value, np.ndarray):
        evidence.note_type(key, f"{ARRAY} {value.dtype}")
        arrays[key] = np.array(value, order="C", subok=False)
    elif isinstance(value, str):
        evidence.note_type(key, "text")
        arrays[key] = np.frombuffer(str.encode(value, "utf-8", "replace") or b"\0", dtype=np.uint8)
    else:
        evidence.note_type(key, article(value))
        if isinstance(value, list | tuple):
            parts = items(value)
            if len(parts) <= MOST_ITEMS and all(isinstance(item, Tensor | np.ndarray) for item in parts):
                for i, item in enumerate(parts):
                    write(evidence, Key(key.place, key.output.part(i)), item)


def number(value: Any) -> Any:
    """A number as it is; one of a class of the answer's own by what it holds, not by what it says it does."""
    if isinstance(value, float) and type(value) is not np.float64:
        return float.__float__(value)
    return int.__int__(value) if isinstance(value, int) and type(value) is not bool else value


def said_by_a_stub(error: NotImplementedError) -> bool:
    """Whether a `raise` of the notebook's own raised it; torch raises it too, where it lacks an operation."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None or "torch" in traceback.tb_frame.f_code.co_filename:
        return False
    return dis.opname[traceback.tb_frame.f_code.co_code[traceback.tb_lasti]] == "RAISE_VARARGS"
