"""Everything of nbgrader's that is replaced at run time, in one place.

`nbgrader_config.py` calls `bind` at every reading: at every nbgrader command and every Formgrader request. A test holds
what is replaced here against nbgrader's own text, so that a new release of it is looked at before it is used.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import nbgrader.apps.api
import nbgrader.apps.autogradeapp
import nbgrader.apps.generateassignmentapp
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default.release_assignment import ExchangeReleaseAssignment
from nbgrader.exchange.default.release_feedback import ExchangeReleaseFeedback

from autograder import own_course
from autograder.nbgrader_plugin import side_files
from autograder.nbgrader_plugin.autograde import Autograde
from autograder.nbgrader_plugin.exchange import copy_feedback, copy_release
from autograder.nbgrader_plugin.generate import GenerateAssignment
from autograder.nbgrader_plugin.pages import show_in_formgrader
from autograder.nbgrader_plugin.private import make_private
from autograder.nbgrader_plugin.validate import give_time
from autograder.printable import log_printably

STOCK_TIMESTAMP = CourseDirectory.get_existing_timestamp
STOCK_COPY_FILES = ExchangeReleaseFeedback.copy_files
STOCK_COPY_RELEASE = ExchangeReleaseAssignment.copy_files
LATE_PLUGIN = "autograder.nbgrader_plugin.penalties.LatePenalty"
AUTOGRADE_STEPS = (
    "autograder.nbgrader_plugin.by_hand.SaveGrades",
    "autograder.nbgrader_plugin.penalties.AssignPenalty",
    "autograder.nbgrader_plugin.seal.Seal",
    "nbgrader.preprocessors.CheckCellMetadata",
)


def bind(config: Any) -> None:
    """Put our converters in nbgrader's way; safe to call at every reading of the config."""
    if "root" in config.CourseDirectory:
        own_course.enter(Path(config.CourseDirectory.root))
    nbgrader.apps.api.Autograde = nbgrader.apps.autogradeapp.Autograde = Autograde
    nbgrader.apps.api.GenerateAssignment = GenerateAssignment
    nbgrader.apps.generateassignmentapp.GenerateAssignment = GenerateAssignment
    CourseDirectory.get_existing_timestamp = existing_timestamp
    ExchangeReleaseFeedback.copy_files = copy_feedback
    ExchangeReleaseAssignment.copy_files = copy_release
    if "collect" not in config.ExchangeFactory:  # another kind of exchange brings its own
        config.ExchangeFactory.collect = "autograder.nbgrader_plugin.collect.Collect"
    log_printably()
    if root := config.CourseDirectory.get("root"):
        make_private(Path(root) / "class")
    show_in_formgrader()
    give_time(config)
    config.GenerateFeedback.exporter_class = "autograder.nbgrader_plugin.pages.GradedPage"
    config.AssignLatePenalties.setdefault("plugin_class", LATE_PLUGIN)  # a course may have its own
    config.Autograde.sanitize_preprocessors = []
    config.Autograde.autograde_preprocessors = list(AUTOGRADE_STEPS)


def existing_timestamp(self: CourseDirectory, folder: str) -> datetime | None:
    """When a submission was collected; None for a timestamp that is missing or cannot be read.

    Stock fails on a broken one, which loses the student and breaks Formgrader's list for everyone.
    """
    return side_files.when_collected(folder)
