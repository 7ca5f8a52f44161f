"""Attributes of nbgrader's objects, set for a while."""

import contextlib
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def restored(thing: Any, **values: Any) -> Iterator[None]:
    """Attributes set to `values`, and back again whatever happens."""
    before = {name: getattr(thing, name) for name in values}
    try:
        for name, value in values.items():
            setattr(thing, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(thing, name, value)
