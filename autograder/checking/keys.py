"""Names of arrays in evidence and expectation: on which case, in which precision, which output."""

from dataclasses import dataclass

from autograder.spec.outputs import Kind, Output

DOUBLE, SINGLE = "float64", "float32"


@dataclass(frozen=True, slots=True)
class Place:
    """One run of an answer: a precision and the number of a case."""

    dtype: str
    case: int


@dataclass(frozen=True, slots=True)
class Key:
    """One array: an output of one run."""

    place: Place
    output: Output

    @property
    def dtype(self) -> str:
        return self.place.dtype

    @property
    def case(self) -> int:
        return self.place.case

    @property
    def is_gradient(self) -> bool:
        return self.output.kind is Kind.GRADIENT

    @property
    def is_count(self) -> bool:
        return self.output.kind is Kind.COUNT
