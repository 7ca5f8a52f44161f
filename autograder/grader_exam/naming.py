"""By which means wrong answers were named, counted."""

from collections import Counter
from collections.abc import Iterable, Sequence

from autograder.checking.verdict import Diagnosis, Means

NOTHING = "nothing"  # in place of a means, where there was no diagnosis
ORDER = (*(means.value for means in Means), NOTHING)


def first_means(diagnoses: Sequence[Diagnosis]) -> str:
    """The means of the headline; "nothing" where there is none."""
    return diagnoses[0].means.value if diagnoses else NOTHING


def in_words(counts: Counter[str], of: int) -> str:
    """known 12 (60 %), changed 3 (15 %), …: in the order of the means, those that there are."""
    return ", ".join(f"{means} {counts[means]} ({counts[means] / max(of, 1):.0%})" for means in ORDER if counts[means])


def count(means: Iterable[str]) -> Counter[str]:
    """How often each, with what no diagnosis names as "nothing"."""
    return Counter(each or NOTHING for each in means)
