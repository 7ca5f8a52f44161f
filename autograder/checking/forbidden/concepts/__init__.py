"""What a library offers for each concept of the course, a table for each unit; a concept may be named by any unit."""

from collections.abc import Sequence
from typing import Any

from autograder.checking.forbidden.concepts import adversarial, autoencoders, convolutional, feedforward, recurrent
from autograder.checking.forbidden.concepts.concept import Concept

UNITS = (feedforward, convolutional, autoencoders, recurrent, adversarial)
CONCEPTS: dict[str, Concept] = {name: concept for unit in UNITS for name, concept in unit.CONCEPTS.items()}

__all__ = ["CONCEPTS", "Concept", "spellings"]


def spellings(forbids: Sequence[str], reference: Any) -> tuple[set[str], set[str]]:
    """Names and operations that an answer may not use: its concepts', and the reference itself.

    Raises KeyError for a concept that this table does not have.
    """
    concepts = [CONCEPTS[name] for name in forbids]
    names = {name for concept in concepts for name in concept.names}
    module, name = getattr(reference, "__module__", ""), getattr(reference, "__qualname__", "")
    if module.startswith("gradschool"):
        package = module.rpartition(".")[0]
        names |= {f"{module}.{name}", f"{package}.{name}", f"gradschool.{name}", f"gradschool.fast.{name}"}
    return names, {operation for concept in concepts for operation in concept.operations}
