"""The publishing step that nbgrader runs first when it makes the students' notebooks."""

from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.lessons.canonical import canonical


class Publish(NbGraderPreprocessor):  # type: ignore[misc]
    """Cuts metadata to the list of what may be released and gives every cell its lasting id."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Bring the solution notebook into canonical form, before nbgrader locks, clears and signs its cells."""
        return canonical(nb, released=True), resources
