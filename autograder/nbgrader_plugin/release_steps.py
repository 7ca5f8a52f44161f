"""What nbgrader does to a solution notebook to release it. Imported by nbgrader_config.py, so nothing heavy here."""

import glob
from pathlib import Path

from autograder.lessons.layout import RELEASED_FILES, SOLUTIONS

# nbgrader's own list, with our step in front and without the two that a course of ours never needs: one adds a
# header notebook, one makes tests by running the solution in a kernel.
RELEASE_STEPS = (
    "autograder.nbgrader_plugin.preprocessor.Publish",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
)

ALWAYS_IGNORED = (".ipynb_checkpoints", "__pycache__", "*.pyc", "*.py", "feedback")


def unreleased_names(root: Path) -> list[str]:
    """Patterns for `CourseDirectory.ignore`, which nbgrader asks before it copies a file out of solutions/.

    nbgrader knows only what to leave behind, and releases all the rest of an assignment's folder. We know what to
    release: so the name of every other file that lies there now is put on the list. Notebooks go another way.
    """
    folder = root / SOLUTIONS
    files = (path for path in folder.rglob("*") if not path.is_dir() and path.suffix not in (".py", ".ipynb"))
    others = {path.name for path in files if path.relative_to(folder).as_posix() not in RELEASED_FILES}
    return [*ALWAYS_IGNORED, *sorted(glob.escape(name) for name in others)]
