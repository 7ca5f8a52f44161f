"""Measure many exercises at once."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

Found = TypeVar("Found")


def on_each_core(measure: Callable[[str], Found], names: Sequence[str], **environment: str) -> Iterator[Found]:
    """`measure` each name, in order, in a fresh process for each core.

    The processes get `environment` besides the caller's own: numerical libraries read it when they are imported.
    """
    before = dict(os.environ)
    os.environ |= environment
    try:
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            yield from pool.map(measure, names)
    finally:
        os.environ.clear()
        os.environ |= before
