"""nbgrader's steps on this course's folders: those of GradSchool. Read at every nbgrader command."""

from pathlib import Path

from autograder.nbgrader_plugin.course_config import configure

configure(get_config(), Path(__file__).resolve().parent, course_id="numerics")
