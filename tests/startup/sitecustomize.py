"""Python imports this first in every process that a test starts (`tests/conftest.py`): none builds a grammar of IRIs.

Our own commands do without it by themselves; nbgrader's and Jupyter's take two seconds longer each.
"""

import contextlib
import os
import sys

with contextlib.suppress(ImportError):  # a Python that the course is not installed for
    import autograder.skip_iri_grammar  # noqa: F401
sys.path[:] = [path for path in sys.path if path != os.path.dirname(__file__)]  # what is found afterwards is as ever
