"""The last preprocessor of autograding: it marks a graded notebook as done."""

from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.lessons.cells import KEY


class Seal(NbGraderPreprocessor):  # type: ignore[misc]
    """Last of all, when the grades are saved: this notebook is done."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        nb.metadata[KEY]["sealed"] = True
        return nb, resources
