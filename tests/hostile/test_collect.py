"""What may lie in nbgrader's exchange, each with what becomes of it when a class is collected.

The course is one unit in a gradebook, the exchange a folder; submissions are made by users of this system, where the
tests are run by one who may make folders in their names.
"""

import logging
import os
import pwd
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.nbgrader_plugin.collect import STAGING, Collect
from autograder.nbgrader_plugin.config import put_tools_on_path

UNIT = "unit1_feedforward"
NOW = datetime.now(UTC).replace(tzinfo=None)
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can hand in as several users of this system")
ADA, BEN = "games", "man"  # who every Linux has: ada hands in honestly, ben does not


def stamp(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S.%f} UTC"


@dataclass
class Exchange:
    """An exchange, and a class that is collected from it."""

    folder: Path
    said: pytest.LogCaptureFixture

    @property
    def inbound(self) -> Path:
        return self.folder / "exchange" / "course" / "inbound"

    @property
    def submitted(self) -> Path:
        return self.folder / "class" / "submitted"

    def hand_in(self, student: str, text: str = "{}", when: datetime = NOW, owner: str = "", name: str = "") -> Path:
        """As `nbgrader submit` leaves it, but for who owns it and what it is called."""
        place = self.inbound / (name or f"{student}+{UNIT}+{stamp(when)}+chance")
        place.mkdir()
        (place / "1_first.ipynb").write_text(text)
        (place / "timestamp.txt").write_text(stamp(when))
        place.chmod(0o777)
        self.give(place, owner or student)
        return place

    def give(self, place: Path, user: str) -> None:
        """To a user, with all that lies in it; the links, not what they point to."""
        if os.geteuid() == 0:
            for path in [place, *place.rglob("*")]:
                os.chown(path, pwd.getpwnam(user).pw_uid, -1, follow_symlinks=False)

    def collect(self, **settings: object) -> str:
        """Collect; returns what was said."""
        course = CourseDirectory(config=Config())
        course.root, course.course_id, course.assignment_id = str(self.folder), "course", UNIT
        course.submitted_directory = "class/submitted"
        course.db_url = f"sqlite:///{self.folder}/gradebook.db"
        for name in ("max_dir_size", "max_file_size", "ignore", "student_id"):
            if name in settings:
                setattr(course, name, settings.pop(name))
        collect = Collect(coursedir=course, authenticator=None, parent=course)
        collect.root = str(self.folder / "exchange")
        for name, value in settings.items():
            setattr(collect, name, value)
        self.said.clear()
        collect.start()
        assert not list(self.submitted.glob(f"{STAGING}*"))
        return self.said.text

    def text(self, student: str) -> str | None:
        """What was collected of a student."""
        path = self.submitted / student / UNIT / "1_first.ipynb"
        return path.read_text() if path.exists() else None


@pytest.fixture
def exchange(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Exchange]:
    made = Exchange(tmp_path, caplog)
    made.inbound.mkdir(parents=True)
    made.submitted.mkdir(parents=True)
    put_tools_on_path()
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db", "course") as gradebook:
        gradebook.add_assignment(UNIT)
    with caplog.at_level(logging.INFO):
        yield made


def me() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name


# What lies in a submission of ben's in place of his first notebook; SECRET is what nobody may get hold of.


def link(place: Path, secret: Path) -> None:
    place.symlink_to(secret)


def hard_link(place: Path, secret: Path) -> None:
    os.link(secret, place)


def pipe(place: Path, secret: Path) -> None:
    os.mkfifo(place)


def device(place: Path, secret: Path) -> None:
    os.mknod(place, 0o020666, os.makedev(1, 5))


def linked_folder(place: Path, secret: Path) -> None:
    place.symlink_to(secret.parent, target_is_directory=True)


NO_FILES: dict[str, tuple[Callable[[Path, Path], None], str]] = {
    "a link to another's notebook": (link, "1_first.ipynb is a link"),
    "the same file as another's notebook": (hard_link, "1_first.ipynb belongs to another user"),
    "a pipe, which blocks who opens it": (pipe, "1_first.ipynb is no plain file"),
    "the device of endless zeros": (device, "1_first.ipynb is no plain file"),
    "a link to another's folder": (linked_folder, "1_first.ipynb is a link"),
}


@AS_ROOT
@pytest.mark.parametrize("what", NO_FILES)
def test_nothing_but_the_students_own_files_is_collected(exchange: Exchange, what: str) -> None:
    make, sentence = NO_FILES[what]
    hers = exchange.hand_in(ADA, "what ada wrote")
    his = exchange.hand_in(BEN)
    (his / "1_first.ipynb").unlink()
    make(his / "1_first.ipynb", hers / "1_first.ipynb")
    if make is not hard_link:
        exchange.give(his, BEN)
    said = exchange.collect()
    assert exchange.text(ADA) == "what ada wrote"
    assert exchange.text(BEN) is None and sentence in said
    assert {path.name for path in (exchange.submitted / BEN / UNIT).iterdir()} == {"timestamp.txt"}
    assert not any(path.is_symlink() for path in exchange.submitted.rglob("*"))


@AS_ROOT
def test_a_folder_in_anothers_name_replaces_nothing(exchange: Exchange) -> None:
    exchange.hand_in(ADA, "what ada wrote")
    exchange.hand_in(ADA, "what ben wrote", NOW + timedelta(days=1500), owner=BEN)
    for settings in ({}, {"update": True}, {"before_duedate": True}):
        said = exchange.collect(**settings)
        assert f"it bears the name of {ADA} and belongs to {BEN}" in said
        assert exchange.text(ADA) == "what ada wrote"


@AS_ROOT
def test_a_file_that_another_user_puts_into_an_open_folder_is_left_there(exchange: Exchange) -> None:
    place = exchange.hand_in(ADA, "what ada wrote")  # nbgrader lets everyone write into it
    (place / "2_second.ipynb").write_text("what ben wrote")
    os.chown(place / "2_second.ipynb", pwd.getpwnam(BEN).pw_uid, -1)
    assert "2_second.ipynb belongs to another user" in exchange.collect()
    assert exchange.text(ADA) == "what ada wrote"
    assert not (exchange.submitted / ADA / UNIT / "2_second.ipynb").exists()


@AS_ROOT
def test_without_check_owner_the_name_counts_and_links_are_still_links(exchange: Exchange) -> None:
    hers = exchange.hand_in("student-17", "what she wrote", owner="daemon")
    (hers / "more.ipynb").symlink_to("/etc/shadow")
    said = exchange.collect(check_owner=False)
    assert "belongs to" not in said and "more.ipynb is a link" in said
    assert exchange.text("student-17") == "what she wrote"


ODD_NAMES = {
    "no time": ("{me}+{unit}+tomorrow", "bears no time that can be read"),
    "a time out of range": ("{me}+{unit}+99999-01-01 00:00:00 UTC", "bears no time that can be read"),
    "a line of its own": ("a\nb+{unit}+{stamp}", "that cannot be shown"),
    "a sequence for the terminal": ("\x1b]52;c;aGk=\x07+{unit}+{stamp}", "that cannot be shown"),
    "the folder above": ("..+{unit}+{stamp}", "begins with '.'"),
    "a hidden folder": (".partial-1+{unit}+{stamp}", "begins with '.'"),
    "an option": ("-rf+{unit}+{stamp}", "begins with '-'"),
    "bytes that are no text": (b"\xff\xfe+unit1_feedforward+2026-01-01 00:00:00 UTC", "is not UTF-8"),
    "nothing but the unit": ("+{unit}+", "does not bear the name of a submission"),
}


@pytest.mark.parametrize("what", ODD_NAMES)
def test_a_name_that_cannot_be_costs_a_sentence_and_nobody_else(exchange: Exchange, what: str) -> None:
    name, sentence = ODD_NAMES[what]
    if isinstance(name, bytes):
        name = os.fsdecode(name)
    exchange.hand_in(me(), "mine")
    exchange.hand_in(me(), "odd", name=name.format(me=me(), unit=UNIT, stamp=stamp(NOW)))
    said = exchange.collect(check_owner=False)
    assert exchange.text(me()) == "mine" and sentence in said
    assert [path.name for path in exchange.submitted.iterdir()] == [me()]
    assert "\x1b" not in said and "a\nb" not in said


def test_a_file_and_a_link_in_place_of_a_submission(exchange: Exchange) -> None:
    exchange.hand_in(me(), "mine", NOW - timedelta(hours=1))
    (exchange.inbound / f"{me()}+{UNIT}+{stamp(NOW)}+file").write_text("none")
    (exchange.inbound / f"{me()}+{UNIT}+{stamp(NOW)}+link").symlink_to(exchange.folder)
    said = exchange.collect()
    assert "+file was not collected: it is no folder." in said
    assert "+link was not collected: it is a link." in said
    assert exchange.text(me()) == "mine"


TOO_MUCH = {
    "too many files": (lambda place: [(place / f"{i}.txt").touch() for i in range(30)], "holds more than 20 files"),
    "too many bytes": (lambda place: [(place / f"{i}.txt").write_bytes(bytes(90_000)) for i in range(3)], "0.2 MB"),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_too_much_is_refused_and_the_one_before_it_taken(exchange: Exchange, what: str) -> None:
    fill, sentence = TOO_MUCH[what]
    exchange.hand_in(me(), "the one before", NOW - timedelta(hours=1))
    place = exchange.hand_in(me(), "too much")
    fill(place)
    exchange.give(place, me())
    said = exchange.collect(max_files=20, max_dir_size=200)
    assert "was not collected: it holds more than" in said and sentence in said
    assert exchange.text(me()) == "the one before"


def test_a_large_file_and_a_deep_folder_are_left_out(exchange: Exchange) -> None:
    place = exchange.hand_in(me(), "mine")
    (place / "large.bin").write_bytes(bytes(60_000))
    (place / "/".join("abcdefgh")).mkdir(parents=True)
    (place / "within").mkdir()
    (place / "within" / "2_second.ipynb").write_text("in a folder")
    exchange.give(place, me())
    said = exchange.collect(max_file_size=50)
    assert "large.bin is larger than 0.05 MB" in said and "a/b/c/d lies more than" in said.replace("/e", "")
    assert (exchange.submitted / me() / UNIT / "within" / "2_second.ipynb").read_text() == "in a folder"
    assert exchange.text(me()) == "mine"


def test_what_a_large_submission_stops_at_leaves_what_lay_there(exchange: Exchange) -> None:
    exchange.hand_in(me(), "first", NOW - timedelta(hours=1))
    exchange.collect()
    place = exchange.hand_in(me(), "second")
    (place / "more").write_bytes(bytes(300_000))
    exchange.give(place, me())
    exchange.collect(update=True, max_dir_size=200)
    assert exchange.text(me()) == "first"


def test_times(exchange: Exchange) -> None:
    """The time in the name is the one that is kept; one before the files were written is told."""
    place = exchange.hand_in(me(), "mine", NOW - timedelta(days=3))
    (place / "timestamp.txt").write_text(stamp(NOW - timedelta(days=9)))
    os.utime(place / "1_first.ipynb", ns=(10**18, 10**18))
    said = exchange.collect()
    kept = exchange.submitted / me() / UNIT
    assert (kept / "timestamp.txt").read_text() == stamp(NOW - timedelta(days=3))
    assert (kept / "1_first.ipynb").stat().st_mtime_ns == 10**18
    assert "gave another time than its name" in said and "was last changed at" in said


def test_update_and_before_duedate_are_nbgraders(exchange: Exchange) -> None:
    hour = timedelta(hours=1)
    exchange.hand_in(me(), "in time", NOW - 2 * hour)
    exchange.collect()
    exchange.hand_in(me(), "late", NOW)
    assert "use --update to update" in exchange.collect() and exchange.text(me()) == "in time"
    assert "Updating submission" in exchange.collect(update=True) and exchange.text(me()) == "late"
    assert "No newer submission" in exchange.collect(update=True)
    with Gradebook(f"sqlite:///{exchange.folder}/gradebook.db", "course") as gradebook:
        gradebook.update_or_create_assignment(UNIT, duedate=str(NOW - hour))
    exchange.collect(before_duedate=True)
    assert exchange.text(me()) == "in time"


def test_one_student_and_another_unit(exchange: Exchange) -> None:
    exchange.hand_in(me(), "mine")
    exchange.hand_in(me(), "other", name=f"{me()}+unit2+{stamp(NOW)}+chance")
    assert "No submissions" in exchange.collect(student_id="nobody-else")
    exchange.collect(student_id=me())
    assert exchange.text(me()) == "mine"


def test_a_folder_that_cannot_be_replaced_stays(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange.hand_in(me(), "first", NOW - timedelta(hours=1))
    exchange.collect()
    exchange.hand_in(me(), "second")
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        if path.name == "made":
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="No space left"):
        exchange.collect(update=True)
    assert exchange.text(me()) == "first"
