"""nbgrader's gradebook held open: one connection for the whole batch, one transaction for each submission.

nbgrader opens the gradebook anew in each of its steps, inspects its tables, looks every cell up by itself and commits
after each. That is slow, and a grader that is stopped leaves half a submission behind. Here its own code runs
unchanged on a session that keeps all of it back until the submission is whole.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    InvalidEntry,
    MissingEntry,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import joinedload

from autograder.nbgrader_plugin.opened import every_step_opens

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds before another try
FAILURES = (SQLAlchemyError, InvalidEntry)


class NoGradebook(RuntimeError):
    """The gradebook cannot be read or written; the message says what the database says."""


class TransactionGradebook(Gradebook):  # type: ignore[misc]
    """The gradebook, with everything done between `begin` and `commit` kept back until `commit`.

    Args:
        db_url: SQLAlchemy's address of it.
        course_id: nbgrader's.
    """

    def __init__(self, db_url: str, course_id: str) -> None:
        super().__init__(db_url, course_id)
        self.db.remove()
        self._found: dict[tuple[str, ...], dict[str, Any]] = {}  # by kind and place, then by cell
        self._connection: Any = None

    def begin(self) -> None:
        """Open the transaction."""
        self._connection = self.engine.connect()
        self._transaction = self._connection.begin()
        # What nbgrader commits in between is flushed; what it rolls back rolls all of it back.
        self.db.configure(bind=self._connection, join_transaction_mode="rollback_only", expire_on_commit=False)

    def commit(self) -> None:
        """Make it stand."""
        self.db.flush()
        self._transaction.commit()

    def leave(self) -> None:
        """Undo what has not been committed, and let go of the connection."""
        self._found.clear()
        self.db.remove()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __exit__(self, *_: object) -> None:
        """nbgrader closes it after each step: not now."""

    def add_submission(self, assignment: str, student: str, **kwargs: Any) -> SubmittedAssignment:
        """As nbgrader's, all of it sent at the end."""
        with self.db.no_autoflush:
            return super().add_submission(assignment, student, **kwargs)

    def update_or_create_submission(self, assignment: str, student: str, **kwargs: Any) -> SubmittedAssignment:
        """As nbgrader's, which forgets in a submission of the past the notebooks that were released since."""
        submission = super().update_or_create_submission(assignment, student, **kwargs)
        there = {part.name for part in submission.notebooks}
        for notebook in submission.assignment.notebooks:
            if notebook.name not in there:
                part = SubmittedNotebook(notebook=notebook, assignment=submission)
                self.db.add(part)
                self.db.add_all(Grade(cell_id=cell.id, notebook=part) for cell in notebook.grade_cells)
                self.db.add_all(Comment(cell_id=cell.id, notebook=part) for cell in notebook.solution_cells)
        self.db.flush()
        return submission

    def find_grade(self, grade_cell: str, notebook: str, assignment: str, student: str) -> Grade:
        """As nbgrader's, but all of a notebook's are found at once."""
        return self._one_of(Grade, grade_cell, notebook, assignment, student)

    def find_comment(self, solution_cell: str, notebook: str, assignment: str, student: str) -> Comment:
        """As nbgrader's, but all of a notebook's are found at once."""
        return self._one_of(Comment, solution_cell, notebook, assignment, student)

    def _one_of(self, kind: Any, cell: str, *place: str) -> Any:
        key = (kind.__name__, *place)
        if key not in self._found:
            rows = self.db.query(kind).options(joinedload(kind.cell))
            everything = rows.filter(kind.notebook_id == self.find_submission_notebook(*place).id)
            self._found[key] = {row.cell.name: row for row in everything}
        if cell not in self._found[key]:
            raise MissingEntry(f"{place} has no {kind.__name__.lower()} for {cell}")
        return self._found[key][cell]


class BatchGradebook:
    """The writer's gradebook: opened at the first submission, and again after a connection was lost.

    Args:
        db_url: SQLAlchemy's address of it.
        course_id: nbgrader's.
        warn: hears why a submission is saved once more.
    """

    def __init__(self, db_url: str, course_id: str, warn: Callable[[str], None]) -> None:
        self._address, self._warn = (db_url, course_id), warn
        self._gradebook: TransactionGradebook | None = None

    def save(self, work: Callable[[], None]) -> None:
        """Do `work`, in which nbgrader's steps find this gradebook, as one transaction: all of it or nothing.

        A database that fails (a lost connection, a lock held by Formgrader) is asked again a few times.

        Raises:
            NoGradebook: it kept failing; nothing of `work` stands in it.
        """
        for pause in (*PAUSES, None):
            try:
                with self._transaction():
                    work()
                return
            except FAILURES as problem:
                self.close()
                said = " ".join(str(getattr(problem, "orig", None) or problem).split())
                if pause is None:
                    raise NoGradebook(f"The gradebook cannot be written: {said}") from None
                self._warn(f"The gradebook failed ({said}); trying again.")
                time.sleep(pause)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self._gradebook is None:
            self._gradebook = TransactionGradebook(*self._address)
        book = self._gradebook

        try:
            with every_step_opens(book):
                book.begin()
                yield
                book.commit()
        finally:
            book.leave()

    def close(self) -> None:
        """Let go of the database. May be called twice; what comes after opens it again."""
        if self._gradebook is not None:
            self._gradebook.engine.dispose()
            self._gradebook = None
