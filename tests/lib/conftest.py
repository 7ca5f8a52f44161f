"""Tests in this folder run against a copy of gradschool that checks its shape annotations at every call.

The copy is put in place while a module of this folder is collected and while one of its tests runs, and taken away
again: tests of the grader share the process, and are to meet the library as students do.
"""

import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import jaxtyping
import pytest
import torch
from jaxtyping import install_import_hook

# As in static checking, an int is good enough where a float is asked for (PEP 484).
_CHECKER = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))" if find_spec("beartype") else None

_checked: dict[str, ModuleType] = {}


def _take_out() -> dict[str, ModuleType]:
    ours = [name for name in sys.modules if name.partition(".")[0] == "gradschool"]
    return {name: sys.modules.pop(name) for name in ours}


@contextmanager
def checked_shapes() -> Iterator[None]:
    """Let `import gradschool` mean the checked copy. Without beartype (a bare GPU machine) nothing is checked."""
    plain = _take_out()
    sys.modules.update(_checked)
    try:
        with install_import_hook("gradschool", _CHECKER):
            yield
    finally:
        _checked.update(_take_out())
        sys.modules.update(plain)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    with checked_shapes():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    with checked_shapes():
        return (yield)


@pytest.fixture
def unchecked_shapes() -> Iterator[None]:
    """What a reader calls: no annotation is checked, so that bad input meets the reference's own sentence."""
    before = jaxtyping.config.jaxtyping_disable
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", before)


@pytest.fixture(scope="session")
def normal() -> Callable[..., torch.Tensor]:
    """`normal(seed, *shape, dtype=float64)`: standard normal numbers that depend on the seed alone."""

    def draw(seed: int, *shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
        generator = torch.Generator().manual_seed(seed)
        return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)

    return draw
