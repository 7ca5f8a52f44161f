"""`gradschool doctor`: what this machine has, what it lacks, and the line to type for it.

It is for where nothing else works, so it imports Python's own modules alone until it looks at something else, and what
cannot be looked at is a finding too. It is written for Python 3.8 as well, to be able to say that this is too old.
"""

from autograder.doctor.examination import examine
from autograder.doctor.findings import Finding

__all__ = ["Finding", "examine"]
