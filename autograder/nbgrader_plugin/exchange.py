"""nbgrader's exchange: a unit of which some notebooks are released, a class in which some hand in otherwise."""

import glob
import re
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.exchange.default.release_assignment import ExchangeReleaseAssignment
from nbgrader.exchange.default.release_feedback import ExchangeReleaseFeedback

from autograder.nbgrader_plugin.restored import restored

NEEDED = ("timestamp.txt", "submission_secret.txt")  # the exchange finds by them whose feedback it is
_stock = ExchangeReleaseFeedback.copy_files
_stock_release = ExchangeReleaseAssignment.copy_files


def copy_release(self: Any) -> None:
    """Put into the exchange the notebooks that the gradebook knows: course/ holds those of later weeks as well.

    A unit that the gradebook does not know goes out whole, as by itself.
    """
    course = self.coursedir
    with Gradebook(course.db_url, course.course_id) as gradebook:
        try:
            recorded = {
                f"{notebook.name}.ipynb" for notebook in gradebook.find_assignment(course.assignment_id).notebooks
            }
        except MissingEntry:
            recorded = set()
    later = sorted({path.name for path in Path(self.src_path).glob("*.ipynb")} - recorded) if recorded else []
    if later:
        self.log.warning("Not released, because the gradebook does not know them: %s", ", ".join(later))
    with restored(course, ignore=[*course.ignore, *map(glob.escape, later)]):
        _stock_release(self)


def copy_feedback(self: Any) -> None:
    """Put into the exchange what can be found there again, and say what cannot.

    Notebooks that were put into class/submitted/ by hand have no secret, at which stock ends, before the others' turn.
    """
    others = []
    pattern = self.coursedir.format_path(
        self.coursedir.feedback_directory, "(?P<student>.*)", self.coursedir.assignment_id, escape=True
    )
    for folder in sorted(glob.glob(self.src_path)):
        match = re.fullmatch(pattern, folder)
        if match and not all((Path(folder) / name).is_file() for name in NEEDED):
            others.append(match["student"])
            self.log.warning("%s did not hand in through the exchange: the feedback stays in %s", others[-1], folder)
    excluded = ",".join(filter(None, [self.coursedir.student_id_exclude, *others]))
    with restored(self.coursedir, student_id_exclude=excluded):
        _stock(self)
