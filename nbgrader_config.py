"""nbgrader's steps on this course's folders. Read at every nbgrader command and every Formgrader request.

So nothing heavy is imported here (classes are named by strings), and values are set, never added to.
"""

from pathlib import Path

from autograder.lessons.address import repository
from autograder.nbgrader_plugin.patches import bind
from autograder.nbgrader_plugin.release_steps import RELEASE_STEPS, unreleased_names

root = Path(__file__).resolve().parent

c = get_config()

# One class: solutions/ is what nbgrader calls source, course/ what it calls release, the rest lies under class/.
c.CourseDirectory.root = str(root)
c.CourseDirectory.course_id = "gradschool"  # its name in nbgrader's exchange, where students fetch and submit
c.CourseDirectory.directory_structure = "{nbgrader_step}/{student_id}/{assignment_id}"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "course"
c.CourseDirectory.submitted_directory = "class/submitted"
c.CourseDirectory.autograded_directory = "class/autograded"
c.CourseDirectory.feedback_directory = "class/feedback"
c.CourseDirectory.db_url = f"sqlite:///{root}/class/gradebook.db"

# Publishing: the same bytes from `gradschool publish`, `nbgrader generate_assignment` and Formgrader's Generate.
c.CourseDirectory.ignore = unreleased_names(root)
c.GenerateAssignment.preprocessors = list(RELEASE_STEPS)
c.Publish.repository = repository(root)

# Collecting and grading: class/ is made, for you alone; submissions are taken from those who made them, rebuilt,
# run in the sandbox, judged by us; the same from the command line and from Formgrader's buttons.
bind(c)
