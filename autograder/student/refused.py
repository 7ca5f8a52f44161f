"""What no answer can do at the desk while it is checked: ask the keyboard, and end the process that it runs in.

The sandbox has walls of its own for both.
"""

import builtins
import contextlib
import os
from collections.abc import Iterator
from typing import Any, NoReturn

from autograder.spec.errors import Unusable


def _asks(*args: Any, **kwargs: Any) -> NoReturn:
    raise Unusable("input", "Your answer calls `input`. Nobody is asked during a check: values come in as arguments.")


@contextlib.contextmanager
def refused() -> Iterator[None]:
    """Have `input` raise a sentence for the student, and `os._exit` raise SystemExit as `sys.exit` does.

    Processes that the answer starts may end themselves.
    """
    owner, asked, ended = os.getpid(), builtins.input, os._exit

    def end(status: int) -> NoReturn:
        if os.getpid() == owner:
            raise SystemExit(status)
        ended(status)

    builtins.input, os._exit = _asks, end
    try:
        yield
    finally:
        builtins.input, os._exit = asked, ended
