"""The settings of nbgrader for a course, ours and any that is laid out so: its `nbgrader_config.py` calls `configure`.

Read at every nbgrader command and every Formgrader request, so nothing heavy is imported here.
"""

from pathlib import Path
from typing import Any

from autograder.lessons.address import repository
from autograder.lessons.layout import COURSE, SOLUTIONS
from autograder.nbgrader_plugin.patches import bind
from autograder.nbgrader_plugin.release_steps import RELEASE_STEPS, unreleased_names


def configure(config: Any, root: Path, course_id: str) -> None:
    """Set what this course's nbgrader does; values are set, never added to.

    Args:
        config: what `get_config()` gives.
        root: the course's folder.
        course_id: its name in nbgrader's exchange, where students fetch and submit.
    """
    folders = config.CourseDirectory
    folders.root, folders.course_id = str(root), course_id
    folders.directory_structure = "{nbgrader_step}/{student_id}/{assignment_id}"
    folders.source_directory, folders.release_directory = SOLUTIONS, COURSE
    folders.submitted_directory = "class/submitted"
    folders.autograded_directory = "class/autograded"
    folders.feedback_directory = "class/feedback"
    folders.db_url = f"sqlite:///{root}/class/gradebook.db"
    # publishing: the same bytes from `gradschool publish`, `nbgrader generate_assignment` and Formgrader's Generate
    folders.ignore = unreleased_names(root)
    config.GenerateAssignment.preprocessors = list(RELEASE_STEPS)
    config.Publish.repository = repository(root)
    # collecting and grading: class/ is made, for you alone; submissions are taken from those who made them, rebuilt,
    # run in the sandbox and judged by us; the same from the command line and from Formgrader's buttons
    bind(config)
