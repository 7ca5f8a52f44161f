"""What is judged beside the values, in sentences: what is left behind, defaults, precision; and what is advice."""

from autograder.checking.evidence import ARRAY, IN_GRAPH, Evidence
from autograder.checking.expectation import Expectation
from autograder.checking.verdict import Mismatch
from autograder.checking.world import Aspect

CHANGES = {
    Aspect.VALUES: "writes into {}: the caller's values must stay as they are",
    Aspect.CONTENTS: "changes what {} holds: it belongs to the caller",
    Aspect.REQUIRES_GRAD: "leaves `requires_grad` of {} otherwise than it was",
    Aspect.GRAD: "leaves a gradient in {} that was not there",
    Aspect.MODE: "leaves {} in another mode (`train`, `eval`) than it was in",
    Aspect.MODE_DURING: "runs {} in another mode (`train`, `eval`) than it came in",
    Aspect.PARAMETERS: "puts other parameters in place of those of {}, which an optimizer that has them does not know",
    Aspect.HANDED_BACK: "hands back the memory of {} itself: the task asks for a new tensor",
}


def left_behind(evidence: Evidence, expectation: Expectation) -> str:
    """What the answer left otherwise and the reference does not, in one sentence for each respect."""
    found: dict[Aspect, set[str]] = {}
    for changes in evidence.notes.changed.values():
        for change in changes:
            if (change.argument, change.aspect) not in expectation.allowed:
                found.setdefault(change.aspect, set()).add(change.name)
    said = []
    for aspect in CHANGES:
        if aspect in found:
            names = [f"`{name}`" for name in sorted(found[aspect], key=lambda n: (len(n), n))]
            shown = " and ".join(names[:2]) if len(names) < 3 else f"{names[0]} and {len(names) - 1} others"
            said.append(f"Your answer {CHANGES[aspect].format(shown)}.")
    return " ".join(said)


def other_defaults(evidence: Evidence, expectation: Expectation, wrong: list[Mismatch]) -> str:
    """Which default differs, where the results do."""
    if not wrong:
        return ""
    crashes = " ".join(evidence.notes.problems.values())
    for name, value in expectation.defaults.items():
        given = evidence.notes.defaults.get(name)
        if given is None and f"'{name}'" in crashes:  # a reference may know arguments that the task does not
            return f"`{name}` has no default in your answer; in the task it is {value}."
        if given is not None and given != value:
            return f"The default of `{name}` is {given} in your answer; in the task it is {value}."
    return ""


def other_precision(evidence: Evidence, expectation: Expectation) -> str:
    """A sentence where real numbers come back in another precision than the reference's."""
    for key, expected in expectation.expected.items():
        got = evidence.notes.types.get(key, "").removesuffix(IN_GRAPH)
        wanted = expected.type.removesuffix(IN_GRAPH)
        for holder in ("tensor", ARRAY):
            real = f"{holder} float"
            if wanted.startswith(real) and got.startswith(real) and got != wanted:
                return f"For {key.dtype} inputs your result is {got.removeprefix(f'{holder} ')}."
    return ""


def advice(evidence: Evidence, expectation: Expectation, stopping: str) -> list[str]:
    """What costs nothing and is worth knowing: devices and precision."""
    notes, found = evidence.notes, []
    if notes.device == "mixes":
        maker = f"`{notes.maker}`" if notes.maker else "a tensor that your answer makes"
        found.append(f"On a GPU this would stop: {maker} needs `device=` of what comes in.")
    elif notes.device == "moves":
        maker = f" `{notes.maker}` needs `device=` of what comes in." if notes.maker else ""
        found.append(f"On a GPU the result would lie in the CPU's memory.{maker}")
    short = other_precision(evidence, expectation)
    if stopping:
        found.append(f"With {stopping} inputs your answer stops: a tensor in it has a fixed data type.")
    elif short:
        found.append(short)
    elif notes.single:
        found.append("Some number in your answer is float32, so that float64 inputs give seven digits, not sixteen.")
    return found
