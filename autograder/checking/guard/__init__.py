"""From scratch, honestly: see when an answer calls what it should have written.

Best effort by nature, and it says so: arrays decide the score. `watch` sees calls while the answer runs, `syntax`
reads its source. What neither is sure of is shown to the instructor and costs nothing.
"""

from autograder.checking.guard.concepts import CONCEPTS, Concept, forbidden
from autograder.checking.guard.syntax import Reading, read
from autograder.checking.guard.watch import OURS, forbidden_calls, unwatched, warm_up

__all__ = ["CONCEPTS", "OURS", "Concept", "Reading", "forbidden", "forbidden_calls", "read", "unwatched", "warm_up"]
