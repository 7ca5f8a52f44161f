"""What a library offers for each concept of the course, a table for each unit; a concept may be named by any unit."""

from collections.abc import Sequence
from typing import Any

from autograder import own_course
from autograder.checking.forbidden.concepts import adversarial, autoencoders, convolutional, feedforward, recurrent
from autograder.checking.forbidden.concepts.concept import Concept

UNITS = (feedforward, convolutional, autoencoders, recurrent, adversarial)
CONCEPTS: dict[str, Concept] = {name: concept for unit in UNITS for name, concept in unit.CONCEPTS.items()}

__all__ = ["CONCEPTS", "Concept", "concept_of", "spellings"]


def concept_of(name: str) -> Concept:
    """A concept of the table or, where the name has a dot in it, what one library calls it: `numpy.trapezoid`.

    Raises KeyError for a name without a dot that the table does not have.
    """
    return CONCEPTS[name] if name in CONCEPTS or "." not in name else Concept((name,), told=f"`{name}`")


def spellings(forbids: Sequence[str], reference: Any) -> tuple[set[str], set[str]]:
    """Names and operations that an answer may not use: its concepts', and the reference itself.

    Raises KeyError for a concept that this table does not have.
    """
    concepts = [concept_of(name) for name in forbids]
    names = {name for concept in concepts for name in concept.names}
    module, name = getattr(reference, "__module__", ""), getattr(reference, "__qualname__", "")
    library = module.partition(".")[0]
    if library == "gradschool":
        names |= {f"gradschool.{name}", f"gradschool.fast.{name}"}
    if library in ("gradschool", *own_course.packages()):
        names |= {f"{module}.{name}", f"{module.rpartition('.')[0] or library}.{name}"}
    return names, {operation for concept in concepts for operation in concept.operations}
