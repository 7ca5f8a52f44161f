"""What all tests share."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

with contextlib.suppress(ImportError):  # a bare GPU machine has no grader
    import autograder.skip_iri_grammar  # noqa: F401

with contextlib.suppress(ImportError):  # a bare GPU machine has no hypothesis, and needs none for the tests marked gpu
    from hypothesis import HealthCheck, settings

    # without a clock, because machines may be busy
    settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("no clock")

# for the processes that tests start; see startup/sitecustomize.py
STARTUP = str(Path(__file__).parent / "startup")
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [STARTUP, os.environ.get("PYTHONPATH")]))


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
