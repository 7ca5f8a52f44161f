"""A sandbox for the tests of grading, with small limits and a stand-in for the gathering of evidence."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.sandbox.limits import MB, Limits
from autograder.sandbox.runner import Runner
from autograder.sandbox.serving import Serving

INSIDE = Path(__file__).parent / "inside"
SMALL = Limits(
    seconds_per_cell=15,
    seconds_per_submission=60,
    memory_bytes=200 * MB,
    processes=12,
    file_bytes=8 * MB,
    tmp_bytes=16 * MB,
    output_bytes_per_cell=MB // 4,
    evidence_bytes=MB,
)


class SeedTold(Serving):
    """Tells the seed of a check, which is all that the stand-in asks for."""

    def told(self) -> dict[str, Any]:
        step = self._step
        return {"source": step.source} if step.kind == "run" else {"exercise": step.exercise, "seed": step.seed}


def sandboxed(kind: str) -> Runner:
    """A runner whose checks call ``inside/stand_in.py``."""
    if shutil.which("bwrap") is None:
        pytest.skip("needs bubblewrap")
    return Runner(SMALL, kind, evidence="stand_in:gather", extra=[INSIDE], serving=SeedTold)


@pytest.fixture(scope="session")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What another student and the trusted side have, and no submission may find."""
    (tmp_path_factory.mktemp("class") / "GRADSCHOOL_SECRET").write_text("another student's answer")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADSCHOOL_SECRET", "the seed of the class")
        yield


@pytest.fixture(scope="session")
def warm(secret: None) -> Iterator[Runner]:
    """One warm sandbox for all tests: what one notebook does in it must not show in the next."""
    with sandboxed("warm") as runner:
        yield runner


@pytest.fixture(scope="session")
def cold(secret: None) -> Iterator[Runner]:
    with sandboxed("cold") as runner:
        yield runner


@pytest.fixture(scope="session")
def unprotected(secret: None) -> Iterator[Runner]:
    with sandboxed("none") as runner:
        yield runner
