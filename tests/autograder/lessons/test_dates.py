"""term.toml: what dates mean, what lateness costs, and what is refused with a sentence."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder.lessons.dates import Penalty, TermError, read_term, shown
from autograder.lessons.durations import duration, written

BERLIN = 'time_zone = "Europe/Berlin"\n'


def term(folder: Path, text: str):
    (folder / "term.toml").write_text(text, encoding="utf-8")
    return read_term(folder)


def test_a_course_without_the_file_has_no_dates(tmp_path: Path) -> None:
    found = read_term(tmp_path)
    assert found.penalty is None and found.of("unit1_feedforward").due_utc is None


MOMENTS = {  # the date as it stands there: the moment in UTC
    "2026-11-01T23:59:00": "2026-11-01 22:59:00",  # winter
    "2026-07-01T23:59:00": "2026-07-01 21:59:00",  # summer
    "2026-11-01 23:59:00": "2026-11-01 22:59:00",
    "2026-11-01": "2026-11-01 22:59:59",  # the end of that day
    "2026-10-25T02:30:00": "2026-10-25 01:30:00",  # clocks show it twice: the later one
    "2026-10-25T03:00:00": "2026-10-25 02:00:00",
    "2026-11-01T23:59:00-05:00": "2026-11-02 04:59:00",  # a zone of its own
    "2026-11-01T23:59:00Z": "2026-11-01 23:59:00",
}


@pytest.mark.parametrize("value", MOMENTS)
def test_a_date_is_one_moment(tmp_path: Path, value: str) -> None:
    found = term(tmp_path, f"{BERLIN}[unit1_feedforward]\ndue = {value}\n")
    assert str(found.of("unit1_feedforward").due_utc) == MOMENTS[value]


REFUSED = {  # what stands in the file: words of the sentence
    "[unit1_feedforward]\ndue = 2026-11-01T23:59:00": "names no time zone",
    f"{BERLIN}[unit1_feedforward]\ndue = 2026-03-29T02:30:00": "skip that time",
    f'{BERLIN}[unit1_feedforward]\ndue = "2026-11-01"': "a date without quotes",
    f"{BERLIN}[unit1_feedforward]\ndue = 23:59:00": "a date without quotes",
    'time_zone = "Berlin"': "no time zone that this machine knows",
    'time_zone = "../../etc/passwd"': "no time zone that this machine knows",
    "time_zone = 1": "no time zone that this machine knows",
    f"{BERLIN}[unit1_feedforward]\nduo = 2026-11-01": "has duo; expected some of canvas, due, moodle",
    "unit1_feedforward = 2026-11-01": "has to be a table",
    "[penalty]\nmost = 0.5": "needs per_day",
    "[penalty]\nper_day = 10": "a share from 0 to 1",
    "[penalty]\nper_day = true": "a share from 0 to 1",
    '[penalty]\nper_day = 0.1\ngrace = "soon"': "no length of time",
    '[penalty]\nper_day = 0.1\ngrace = "-1h"': "a time such as",
    '[penalty]\nper_day = 0.1\nby_hand = "yes"': "true or false",
    "[unit1_feedforward\n": "is not TOML",
    "[unit1_feedforward]\ncanvas = 4711": "the column's heading in quotes",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_used_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(TermError, match=r"term\.toml") as refused:
        term(tmp_path, text)
    assert REFUSED[text] in str(refused.value)


def test_a_misspelt_unit_is_no_silent_lack_of_a_date(tmp_path: Path) -> None:
    (tmp_path / "course" / "unit1_feedforward").mkdir(parents=True)
    with pytest.raises(TermError, match=r"no unit 'unit1_feedfoward'; expected .*unit1_feedforward"):
        term(tmp_path, f"{BERLIN}[unit1_feedfoward]\ndue = 2026-11-01")


def test_not_utf8_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "term.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(TermError, match="cannot be read"):
        read_term(tmp_path)


@pytest.mark.parametrize(
    ("late", "share"),
    [("0m", 0), ("15m", 0), ("16m", 0.1), ("1d", 0.1), ("1d 1m", 0.2), ("4d", 0.4), ("5d", 0.4), ("9w", 0.4)],
)
def test_what_lateness_costs(late: str, share: float) -> None:
    rule = Penalty(0.1, most=0.4, grace=timedelta(minutes=15))
    assert rule.share(duration(late).total_seconds()) == pytest.approx(share)


@pytest.mark.parametrize("text", ["2d", "1d 12h", "30m", "-1d", "3d 4h 5m"])
def test_lengths_of_time_there_and_back(text: str) -> None:
    assert written(duration(text)) == text


@pytest.mark.parametrize("text", ["", "2", "d", "two days", "2 d x", "2y", "-", "1d-2h"])
def test_no_length_of_time(text: str) -> None:
    with pytest.raises(ValueError, match="no length of time"):
        duration(text)


def test_a_date_is_shown_with_its_zone(tmp_path: Path) -> None:
    found = term(tmp_path, f"{BERLIN}[unit1_feedforward]\ndue = 2026-11-01T23:59:00")
    due = found.of("unit1_feedforward").due
    assert due is not None
    assert shown(due, found.zone) == "Sunday 1 November 2026, 23:59 (Europe/Berlin)"
    assert shown(datetime(2026, 11, 1, 22, 59, tzinfo=UTC), None) == "Sunday 1 November 2026, 22:59 (UTC)"
