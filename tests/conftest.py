"""What all tests share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def root() -> Path:
    """The course that lies around these tests."""
    return Path(__file__).resolve().parents[1]
