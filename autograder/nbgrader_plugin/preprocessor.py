"""The publishing step that nbgrader runs first when it makes the students' notebooks."""

from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from autograder.lessons.alone import add_first_cell
from autograder.lessons.canonical import canonical


class Publish(NbGraderPreprocessor):  # type: ignore[misc]
    """Cuts metadata to the list of what may be released, gives every cell its lasting id, and adds the first one."""

    repository = Unicode("", help="The course's public address; notebooks say how it is installed from there.").tag(
        config=True
    )

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Bring the solution notebook into canonical form, before nbgrader locks, clears and signs its cells."""
        return add_first_cell(canonical(nb, released=True), self.repository), resources
