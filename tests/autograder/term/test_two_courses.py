"""Two courses beside each other, with one exchange: what is released and handed in for one is not the other's."""

import os
import time
from pathlib import Path
from typing import Any

from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

from autograder.benchmarks.handing_in import open_exchange, submit
from autograder.nbgrader_plugin import patches
from autograder.nbgrader_plugin.config import put_tools_on_path
from autograder.term.arrivals import Exchange
from autograder.term.forget import exchange_of

UNIT = "unit1_feedforward"


def course(folder: Path, name: str, exchange: Path) -> Any:
    (folder / "class").mkdir(parents=True)
    release = folder / "course" / UNIT
    release.mkdir(parents=True)
    (release / "1_first.ipynb").write_text(name)
    config = Config()
    config.CourseDirectory.root, config.CourseDirectory.course_id = str(folder), name
    config.CourseDirectory.release_directory = "course"
    config.CourseDirectory.submitted_directory = "class/submitted"
    config.CourseDirectory.directory_structure = "{nbgrader_step}/{student_id}/{assignment_id}"
    config.CourseDirectory.db_url = f"sqlite:///{folder}/class/gradebook.db"
    config.Exchange.root = str(exchange)
    config.ExchangeCollect.check_owner = False  # the tests hand in for everyone
    patches.bind(config)
    return NbGraderAPI(config=config)


def test_each_has_its_own(tmp_path: Path) -> None:
    put_tools_on_path()
    exchange, work = tmp_path / "exchange", tmp_path / "work"
    inbound = {name: open_exchange(exchange, name) for name in ("gradschool", "gradschool-2027")}
    courses = {name: course(tmp_path / name, name, exchange) for name in inbound}
    for name, api in courses.items():
        released = api.release_assignment(UNIT)
        assert released["success"], released
        assert (exchange / name / "outbound" / UNIT / "1_first.ipynb").read_text() == name
        assert exchange_of(api) == exchange / name
    work.mkdir()
    (work / "1_first.ipynb").write_text("answers")
    place = submit(inbound["gradschool-2027"], work, "ada", UNIT)
    while time.time() - os.stat(place).st_ctime < 1.1:  # until it is taken for whole
        time.sleep(0.1)
    taken = {name: list(Exchange(api, tmp_path / name / "class").take(UNIT, set())) for name, api in courses.items()}
    assert taken == {"gradschool": [], "gradschool-2027": [("ada", "")]}
    assert not (tmp_path / "gradschool" / "class" / "submitted").exists()
    assert list(Exchange(courses["gradschool-2027"], tmp_path / "gradschool-2027" / "class").take(UNIT, set())) == []
