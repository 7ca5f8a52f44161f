"""From scratch, honestly: see when an answer calls what it should have written.

Best effort by nature, and it says so: arrays decide the score. `tracing` sees calls while the answer runs, `syntax`
reads its source. What neither is sure of is shown to the instructor and costs nothing.
"""

from autograder.checking.forbidden.concepts import CONCEPTS, Concept, concept_of, spellings
from autograder.checking.forbidden.syntax import Reading, read
from autograder.checking.forbidden.tracing import (
    AN_ANSWER_OF_OURS,
    Forbidden,
    Traced,
    trace,
)

__all__ = [
    "AN_ANSWER_OF_OURS",
    "CONCEPTS",
    "Concept",
    "Forbidden",
    "Reading",
    "Traced",
    "concept_of",
    "read",
    "spellings",
    "trace",
]
