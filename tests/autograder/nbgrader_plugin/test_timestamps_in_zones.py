"""In which zone a timestamp was written: nbgrader's own reading is wrong for two kinds of them."""

from datetime import datetime
from pathlib import Path

import pytest

from autograder.nbgrader_plugin.side_files import timestamp, when_collected

HALF_PAST_TEN = datetime(2026, 11, 1, 22, 30)


@pytest.mark.parametrize(
    "text",
    ["2026-11-01 22:30:00 UTC", "2026-11-01 22:30:00", "2026-11-01T22:30:00Z", "2026-11-01 23:30:00 CET",
     "2026-11-01 23:30:00 +0100", "2026-11-01 23:30:00 +01:00", "2026-11-01 23:30:00+01:00", "2026-11-02 04:00:00 +0530",
     "2026-11-01 17:30:00 EST", "2026-11-01 17:30:00 -0500", "2026-11-01 23:30:00 Europe/Berlin"],
)  # fmt: skip
def test_one_moment_in_many_zones(tmp_path: Path, text: str) -> None:
    (tmp_path / "timestamp.txt").write_text(text)
    assert when_collected(str(tmp_path)) == HALF_PAST_TEN


@pytest.mark.parametrize(
    "text", ["2026-11-01 22:30:00 XYZ", "2026-11-01 22:30:00 Nowhere/City", "2026-11-01 22:30:00 +9999"]
)
def test_a_zone_that_nobody_knows_is_no_time(tmp_path: Path, text: str) -> None:
    (tmp_path / "timestamp.txt").write_text(text)
    assert when_collected(str(tmp_path)) is None and timestamp(str(tmp_path)) is None
