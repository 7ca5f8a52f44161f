"""The notebook while an answer is checked: nothing that the answer shows comes out, nothing that it calls ends it."""

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

from autograder.student.refused import refused


@contextlib.contextmanager
def undisturbed(shell: Any) -> Iterator[None]:
    """Swallow what is displayed, close the figures that were opened, refuse `input` and whatever ends the kernel.

    Args:
        shell: IPython's shell; None where there is none.
    """
    open_before = _figures()
    try:
        with refused(), _swallowing(shell), _no_exit(shell):
            yield
    finally:
        for number in _figures() - open_before:  # else the notebook would show them below the card
            sys.modules["matplotlib.pyplot"].close(number)


def _figures() -> set[int]:
    """The numbers of pyplot's open figures; pyplot is not imported for that."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if pyplot is not None else set()


@contextlib.contextmanager
def _swallowing(shell: Any) -> Iterator[None]:
    if shell is None:
        yield
        return
    from IPython.core.displaypub import CapturingDisplayPublisher

    publisher = shell.display_pub
    shell.display_pub = CapturingDisplayPublisher()
    try:
        yield
    finally:
        shell.display_pub = publisher


@contextlib.contextmanager
def _no_exit(shell: Any) -> Iterator[None]:
    if shell is None:
        yield
        return

    def end() -> None:
        raise SystemExit

    shell.ask_exit = end  # of this object; its class keeps its own
    try:
        yield
    finally:
        del shell.ask_exit
