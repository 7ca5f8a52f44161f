"""Feedback of one student: made beside its place, put there whole, and released through the exchange."""

from pathlib import Path
from typing import Any

from nbgrader.converters import GenerateFeedback
from nbgrader.utils import notebook_hash
from traitlets.config import Config

from autograder.nbgrader_plugin.restored import restored
from autograder.nbgrader_plugin.side_files import secret, timestamp
from autograder.term import placing


class Feedback:
    """What lies on the disk says what is to be done: a page older than its notebook is made anew.

    Args:
        api: nbgrader's, made with the course's config.
        held: the class's folder.
    """

    def __init__(self, api: Any, held: Path) -> None:
        self._api, self._held = api, held

    def due(self, unit: str) -> list[str]:
        """Students with a graded notebook that is newer than its page, or has none."""
        graded = sorted((self._held / "autograded").glob(f"[!.]*/{unit}"))
        return [folder.parent.name for folder in graded if self.is_due(unit, folder.parent.name)]

    def is_due(self, unit: str, student: str) -> bool:
        """The same of one student."""
        graded, pages = (self._held / name / student / unit for name in ("autograded", "feedback"))
        return any(_newer(path, pages / f"{path.stem}.html") for path in graded.glob("*.ipynb"))

    def make(self, unit: str, student: str) -> None:
        """Make a student's pages anew; raises what nbgrader raises."""
        course = self._api.coursedir
        with placing.staging(self._held) as staging:
            inside = str(staging.relative_to(Path(course.root)))
            with restored(course, assignment_id=unit, student_id=student, feedback_directory=inside):
                config = Config()
                config.HTMLExporter.template_name = "feedback"
                made = GenerateFeedback(coursedir=course, parent=self._api)
                made.update_config(config)
                made.force = True
                made.start()
            placing.put(staging / student / unit, self._held / "feedback" / student / unit)

    def unreleased(self, unit: str) -> list[str]:
        """Students who handed in through the exchange and have pages that are newer than those that lie there."""
        pages = sorted((self._held / "feedback").glob(f"[!.]*/{unit}"))
        return [folder.parent.name for folder in pages if self.is_unreleased(unit, folder.parent.name)]

    def is_unreleased(self, unit: str, student: str) -> bool:
        """The same of one student."""
        folder = self._held / "feedback" / student / unit
        kept = secret(str(folder))
        if kept is None or timestamp(str(folder)) is None:
            return False
        there = Path(self._releaser().root) / self._api.coursedir.course_id / "feedback"
        pages = folder.glob("*.html")
        return any(_newer(p, there / f"{notebook_hash(secret=kept, notebook_id=p.stem)}.html") for p in pages)

    def _releaser(self) -> Any:
        return self._api.exchange.ReleaseFeedback(
            coursedir=self._api.coursedir, authenticator=self._api.authenticator, parent=self._api
        )

    def release(self, unit: str, student: str) -> None:
        """Put a student's pages into the exchange; raises what nbgrader raises."""
        with restored(self._api.coursedir, assignment_id=unit, student_id=student):
            self._releaser().start()


def _newer(path: Path, made: Path) -> bool:
    try:
        return path.stat().st_mtime_ns > made.stat().st_mtime_ns
    except OSError:
        return True
