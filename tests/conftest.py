"""What all tests share."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

with contextlib.suppress(ImportError):  # a bare GPU machine has no grader
    import autograder.light  # noqa: F401

with contextlib.suppress(ImportError):  # a bare GPU machine has no hypothesis, and needs none for the tests marked gpu
    from hypothesis import HealthCheck, settings

    # without a clock, because machines may be busy
    settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("no clock")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole notebooks first: a minute each, they would be left to one worker at the end while the other has nothing."""
    items.sort(key=lambda item: "test_solution_shows_what_it_stores" not in item.nodeid)


@pytest.fixture(scope="session")
def root() -> Path:
    """The course that lies around these tests."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def chance() -> None:
    """Torch's global source of chance begins every test alike, whichever tests ran before."""
    torch.manual_seed(0)


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    """Put torch's number of threads back: two in each of two workers wait for one another, and compute while they wait."""
    before = torch.get_num_threads()
    yield
    if torch.get_num_threads() != before:
        torch.set_num_threads(before)
