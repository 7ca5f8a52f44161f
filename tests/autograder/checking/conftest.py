"""What the tests of checks share."""

import pytest

from autograder.checking.diagnosis import naming


@pytest.fixture
def no_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if no right answer changed by machine gave the same."""
    monkeypatch.setattr(naming, "explained_by_changes", lambda *_: iter(()))
