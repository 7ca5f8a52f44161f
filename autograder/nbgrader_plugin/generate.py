"""nbgrader's `generate_assignment`, which also records a unit that lies in course/ already. Bound by `patches.bind`.

course/ comes with the repository, and the gradebook of a new class is empty. Stock skips what lies in course/, so the
gradebook would never hear of it, and no submission could be graded.
"""

import copy
from pathlib import Path
from typing import Any, NoReturn

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import generate_assignment as stock
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import find_all_files
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from autograder.lessons.difference import difference
from autograder.lessons.gone_on import gone_on
from autograder.lessons.layout import Lesson
from autograder.nbgrader_plugin.config import put_tools_on_path
from autograder.nbgrader_plugin.restored import restored


class GenerateAssignment(stock.GenerateAssignment):  # type: ignore[misc]
    """Makes what students get; what lies in course/ is never touched without `--force`, but compared and recorded."""

    def start(self) -> None:
        """Make or record the assignment."""
        put_tools_on_path()  # stock makes a gradebook with alembic, and deletes course/ where it does not find it
        super().start()

    def convert_notebooks(self) -> None:
        """Record what lies in course/ already; the rest goes stock's way."""
        for said in filter(None, map(gone_on, self._lessons())):
            self.log.warning("%s", said)
        if not (self.force or self.no_database):
            for folder in [folder for folder in sorted(self.assignments) if self._lies_there(folder)]:
                self.notebooks = sorted(self.assignments.pop(folder))
                try:
                    self._record(Path(folder).name)
                except SQLAlchemyError as problem:
                    self._refuse(f"The gradebook cannot be used: {problem}")
        super().convert_notebooks()

    def _lessons(self) -> list[Lesson]:
        """The lessons whose solution notebooks are to be released."""
        paths = [Path(path) for notebooks in self.assignments.values() for path in notebooks]
        return [Lesson(Path(self.coursedir.root), path.parent.name, path.stem) for path in paths]

    def _lies_there(self, folder: str) -> bool:
        place = self._place(Path(folder).name)
        if self.coursedir.notebook_id == "*":
            return place.exists()
        return any((place / Path(path).name).exists() for path in self.assignments[folder])

    def _place(self, assignment: str) -> Path:
        return Path(self._format_dest(assignment, self.coursedir.student_id))

    def _record(self, assignment: str) -> None:
        """Bring into the gradebook what it does not know of the assignment, if course/ holds what solutions/ makes."""
        known = self._known(assignment)
        missing = [path for path in self.notebooks if Path(path).stem not in known]
        name, force = self._named(self._place(assignment)), f"nbgrader generate_assignment {assignment} --force"
        if not missing:
            self.log.info("%s is in the gradebook already: skipping. To make %s again: %s", assignment, name, force)
            return
        if differences := self._differences(assignment):
            self._refuse(
                f"{name} is not what solutions/ makes. Nothing was written and nothing was recorded. First differences:"
                + "".join(f"\n    {line}" for line in differences)
                + f"\nTo replace {name} by what solutions/ makes: {force}. To keep it, bring back the solutions it was "
                "made from, and type the command again."
            )
        with restored(self.coursedir, ignore=["*"]):  # stock copies files beside the notebooks, which lie there
            self.init_assignment(assignment, self.coursedir.student_id)
        for path in missing:
            self._made(path, self.exporter)
        self.log.info("%s", self._recorded(assignment, name))

    def _known(self, assignment: str) -> set[str]:
        """Names of the assignment's notebooks in the gradebook; Formgrader can make an assignment without any."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                return {notebook.name for notebook in gradebook.find_assignment(assignment).notebooks}
            except MissingEntry:
                return set()

    def _recorded(self, assignment: str, name: str) -> str:
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            found = gradebook.find_assignment(assignment)
            holds = f"notebooks {', '.join(sorted(notebook.name for notebook in found.notebooks))}"
            holds += f"; {sum(len(notebook.grade_cells) for notebook in found.notebooks)} questions"
            holds += f"; {found.max_score:g} points"
        return f"{assignment} is in the gradebook now ({holds}). {name} was left as it is: solutions/ makes the same."

    def _differences(self, assignment: str) -> list[str]:
        """A line for each file in course/ that is not what solutions/ makes, which is made in memory alone."""
        place, lines = self._place(assignment), []
        config = copy.deepcopy(self.config)
        config.merge(Config(SaveCells=Config(enabled=False)))
        aside = self.exporter_class(parent=self, config=config)
        for step in self.preprocessors:
            aside.register_preprocessor(step)
        for path in self.notebooks:
            there, made = place / Path(path).name, self._made(path, aside)
            if not there.is_file():
                lines.append(f"{self._named(there)}: it is missing")
            elif where := difference(made, there.read_text(encoding="utf-8", errors="replace")):
                lines.append(f"{self._named(there)}: {where}")
        if self.coursedir.notebook_id == "*":
            lines += self._other_files(assignment)
        return lines

    def _other_files(self, assignment: str) -> list[str]:
        """The same for notebooks that solutions/ does not make, and for files that go out beside the notebooks."""
        place, source = self._place(assignment), Path(self._format_source(assignment, self.coursedir.student_id))
        ours = {Path(path).name for path in self.notebooks}
        strays = sorted(path for path in place.glob("*.ipynb") if path.name not in ours)
        lines = [f"{self._named(path)}: solutions/ makes no such notebook" for path in strays]
        for file in map(Path, find_all_files(str(source), [*self.coursedir.ignore, "*.ipynb"])):
            there = place / file.relative_to(source)
            if not there.is_file() or there.read_bytes() != file.read_bytes():
                lines.append(f"{self._named(there)}: " + ("its bytes" if there.is_file() else "it is missing"))
        return lines

    def _made(self, path: str, exporter: Any) -> str:
        """The text of the notebook that students get for this solution notebook."""
        try:
            text, _ = exporter.from_filename(path, resources=self.init_single_notebook_resources(path))
        except SQLAlchemyError:
            raise
        except Exception as problem:  # whatever one of the steps raises
            self._refuse(f"{self._named(Path(path))} cannot be released: {problem} Nothing was written to course/.")
        return str(text)

    def _named(self, path: Path) -> str:
        """A path as one types it in the course's folder."""
        root = Path(self.coursedir.root)
        return str(path.relative_to(root) if path.is_relative_to(root) else path)

    def _refuse(self, problem: str) -> NoReturn:
        self.log.error(problem)
        raise NbGraderException(problem)
