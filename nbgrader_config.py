"""nbgrader's steps on this course's folders. Read at every nbgrader command and every Formgrader request.

solutions/ is what nbgrader calls source, course/ what it calls release; the rest of a class lies under class/. What is
set, and why, stands in `autograder/nbgrader_plugin/course_config.py`. Settings of your own go below the last line, as
in `c.Autograde.workers = 4`.
"""

from pathlib import Path

from autograder.nbgrader_plugin.course_config import configure

c = get_config()
configure(c, Path(__file__).resolve().parent, course_id="gradschool")
