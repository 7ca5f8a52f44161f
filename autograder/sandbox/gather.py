"""Inside the sandbox: question an answer in a notebook's namespace, and pack what it did.

What is right is not here: cases come from the trusted side, one by one, and what is lent comes when it may.
"""

from collections.abc import Mapping
from typing import Any

from autograder.checking.collect import collect
from autograder.checking.evidence import MISSING
from autograder.checking.forbidden import Forbidden
from autograder.checking.packing import pack
from autograder.sandbox.asking import Trusted
from autograder.sandbox.lending import reference_of
from autograder.spec import catalogue


def gather(exercise: str, namespace: Mapping[str, Any], trusted: Trusted) -> bytes:
    """Look an answer up in a notebook's namespace, question it, and pack what it did."""
    question = catalogue.question(exercise)
    answer = namespace.get(question.answer, MISSING)
    lent = {name: reference_of(name) for name in question.uses} if answer is not MISSING else {}
    names, operations = (frozenset(map(str, trusted.request[what])) for what in ("names", "operations"))
    forbidden = Forbidden(names, operations)
    evidence = collect(question, answer, trusted.handed(exercise), forbidden, lent, conclude=False)
    return pack(evidence)


def warm_up() -> None:
    """Load what `gather` needs beyond its imports: once, before notebooks are forked off."""
    for exercise in catalogue.entries():
        catalogue.question(exercise)
