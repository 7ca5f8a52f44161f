"""Making the students' notebooks with nbgrader, in a scratch folder and with a gradebook of its own."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbgrader.apps.api import NbGraderAPI

from autograder.lessons.layout import COURSE, RELEASED_FILES, SOLUTIONS, CourseError, Lesson
from autograder.nbgrader_plugin.config import load_config, put_tools_on_path
from autograder.publishing.execute import scratch_folder
from autograder.publishing.source import as_text


def release(root: Path, solutions: Mapping[Lesson, Any]) -> dict[str, bytes]:
    """What students get for these solution notebooks, by path inside `course/`.

    nbgrader's `generate_assignment` deletes the folder that it writes and records what it made in a gradebook, so it
    never sees the course's own: the notebooks, and the listed files beside them, are copied to a scratch folder.

    Args:
        root: the course's folder.
        solutions: lesson to notebook; all lessons of a unit belong in one call.

    Raises:
        CourseError: nbgrader refused a notebook; its log is the message.
    """
    with scratch_folder() as scratch:
        for lesson, nb in solutions.items():
            copy = Lesson(scratch, lesson.unit, lesson.name).solution
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(as_text(nb), encoding="utf-8")
        units = sorted({lesson.unit for lesson in solutions})
        for name in RELEASED_FILES:
            if name.split("/", 1)[0] in units:
                (scratch / SOLUTIONS / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(root / SOLUTIONS / name, scratch / SOLUTIONS / name)
        _generate(root, scratch, units)
        made = scratch / COURSE
        files = sorted(path for path in made.rglob("*") if path.is_file())
        return {path.relative_to(made).as_posix(): path.read_bytes() for path in files}


def _generate(root: Path, scratch: Path, units: list[str]) -> None:
    config = load_config(root)
    config.CourseDirectory.root = str(scratch)
    config.CourseDirectory.db_url = f"sqlite:///{scratch}/gradebook.db"
    api = NbGraderAPI(config=config)
    put_tools_on_path()
    for unit in units:
        result = api.generate_assignment(unit, force=True)
        if not result["success"]:
            log = "\n".join(line for line in result.get("log", "").splitlines() if not line.startswith("[INFO]"))
            raise CourseError(f"nbgrader could not release {unit}:\n{log or result.get('error')}")
