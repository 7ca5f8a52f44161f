"""On which cases an answer failed, in words that are the same on every seed: students have different numbers."""

from autograder.checking.verdict import Row, Verdict
from autograder.spec.question import Cases

EVERY = "every case"


def failures(verdict: Verdict, cases: Cases) -> list[str]:
    """For each line of the card that failed its label, and the cases: "Values: a batch of one, case 3"."""
    return [_failure(row, cases) for row in verdict.rows if not row.passed]


def _failure(row: Row, cases: Cases) -> str:
    wrong = sorted({mismatch.case for mismatch in row.mismatches})
    if not wrong:
        return row.label
    ordinary = set(_asked(row, cases))
    names = [EVERY] if ordinary and ordinary <= set(wrong) else [_name(case, cases) for case in wrong]
    return f"{row.label}: {', '.join(dict.fromkeys(names))}"


def _asked(row: Row, cases: Cases) -> range:
    """The cases that a line is about; of a line on form, the ordinary ones."""
    if row.kind == "extremes":
        return range(cases.first_extreme, cases.first_left_out)
    if row.kind == "defaults":
        return range(cases.first_left_out, len(cases.all))
    return range(cases.first_extreme)


def _name(case: int, cases: Cases) -> str:
    """What the spec says of it; else its number."""
    return cases.all[case].note or f"case {case + 1}"
