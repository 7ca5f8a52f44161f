"""class/ and what lies in it are its owner's, whatever the umask; the exchange tells who could do what."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from traitlets.config import Config

from autograder.grading.seeds import class_secret
from autograder.nbgrader_plugin import patches
from autograder.nbgrader_plugin.config import put_tools_on_path
from autograder.nbgrader_plugin.exchange_modes import loose
from autograder.nbgrader_plugin.private import make_private, open_to_others


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def bound(folder: Path) -> None:
    """As an nbgrader command reads the config."""
    config = Config()
    config.CourseDirectory.root = str(folder)
    patches.bind(config)


def test_a_class_is_its_owners_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    bound(tmp_path)
    put_tools_on_path()
    with Gradebook(f"sqlite:///{tmp_path}/class/gradebook.db", "course") as gradebook:
        gradebook.add_assignment("unit")
    class_secret(tmp_path / "class")
    assert mode(tmp_path / "class") == 0o700
    assert {path.name: mode(path) for path in (tmp_path / "class").iterdir()} == {
        "gradebook.db": 0o600,
        "secret.key": 0o600,
    }


def test_one_of_an_earlier_release_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    folder.chmod(0o755)
    for name in ("gradebook.db", "secret.key", "secret.1.key"):
        (folder / name).touch()
        (folder / name).chmod(0o644)
    assert open_to_others(folder)
    bound(tmp_path)
    assert not open_to_others(folder) and mode(folder) == 0o700
    assert {mode(path) for path in folder.iterdir()} == {0o600}


def test_one_that_is_shared_with_a_group_stays_so(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    folder.chmod(0o2775)
    (folder / "gradebook.db").touch()
    (folder / "gradebook.db").chmod(0o664)
    make_private(folder)
    assert (mode(folder), mode(folder / "gradebook.db")) == (0o2770, 0o660)


def test_where_nothing_can_be_made_nothing_is_said(tmp_path: Path) -> None:
    make_private(tmp_path / "no such folder" / "class")
    assert not (tmp_path / "no such folder").exists()


@pytest.fixture
def exchange(tmp_path: Path) -> Path:
    """As README makes it, and as nbgrader goes on."""
    place = tmp_path / "exchange" / "gradschool"
    for folder, bits in ((place, 0o755), (place / "outbound", 0o755), (place / "feedback", 0o711)):
        folder.mkdir(parents=True)
        folder.chmod(bits)
    (place / "inbound").mkdir()
    (place / "inbound").chmod(0o1733)
    (tmp_path / "exchange").chmod(0o1777)
    return tmp_path / "exchange"


def told(exchange: Path) -> list[str]:
    return [one.what.replace(str(exchange), "EXCHANGE") for one in loose(exchange, "gradschool")]


LOOSE = {
    "": (0o777, "every user can move or replace the courses in EXCHANGE"),
    "gradschool": (0o777, "every user can put files into EXCHANGE/gradschool"),
    "gradschool/outbound": (0o777, "every user can put files into EXCHANGE/gradschool/outbound"),
    "gradschool/feedback": (0o755, "every user can see the feedback of all in EXCHANGE/gradschool/feedback"),
    "gradschool/inbound": (
        0o2733,
        "who knows the name of a submission in EXCHANGE/gradschool/inbound can remove it",
    ),
}


@pytest.mark.parametrize("name", LOOSE)
def test_each_loose_folder_is_told_and_its_line_mends_it(exchange: Path, name: str) -> None:
    assert told(exchange) == []
    bits, sentence = LOOSE[name]
    (exchange / name).chmod(bits)
    [one] = loose(exchange, "gradschool")
    assert one.what.replace(str(exchange), "EXCHANGE") == sentence
    assert os.system(one.cure.removeprefix("sudo ")) == 0
    assert told(exchange) == []


def test_an_inbound_folder_that_all_may_read_or_none_may_write(exchange: Path) -> None:
    inbound = exchange / "gradschool" / "inbound"
    inbound.chmod(0o1777)
    assert told(exchange) == ["every user can see in EXCHANGE/gradschool/inbound who handed in, and what"]
    inbound.chmod(0o1730)
    assert told(exchange) == ["nobody can hand in to EXCHANGE/gradschool/inbound"]


def test_a_course_that_anyone_can_make_first(exchange: Path) -> None:
    (exchange / "gradschool").rename(exchange / "other")
    assert told(exchange) == ["any user can make EXCHANGE/gradschool before you do"]
    exchange.chmod(0o755)
    assert told(exchange) == []
