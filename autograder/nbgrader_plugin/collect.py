"""nbgrader's `collect`, for an exchange into which anyone may put anything. Bound by `patches.bind`.

Stock follows links as the instructor, takes a folder for its name's student whoever made it, and ends at the first name
that it cannot read. Here a submission must belong to the user whose name it bears, with every file in it; what is no
plain file stays where it is; what is refused costs one sentence, and nobody else anything.
"""

import fnmatch
import os
import shutil
import stat
from collections import defaultdict
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.exchange.default.collect import ExchangeCollect
from traitlets import Integer

from autograder.nbgrader_plugin.inbound import Waiting, later_than_it_says, opened, user_name, waiting
from autograder.nbgrader_plugin.safe_copy import FOLDER, Bounds, Copier, Refused
from autograder.nbgrader_plugin.side_files import SECRET, TIMESTAMP
from autograder.printable import printable

STAGING = ".collecting-"


class Collect(ExchangeCollect):  # type: ignore[misc]
    """Brings submissions from the exchange into the folder of what was handed in."""

    max_files = Integer(500, min=1, help="Files and folders that one submission may hold.").tag(config=True)

    def init_src(self) -> None:
        """Open the exchange's folder, and read the names in it."""
        self.refused: list[str] = []
        if not self.coursedir.course_id:
            self.fail("No course id specified. Re-run with --course flag.")
        self.inbound_path = os.path.join(self.root, self.coursedir.course_id, "inbound")
        try:
            self._inbound = os.open(self.inbound_path, FOLDER)
        except FileNotFoundError:
            self.fail(f"Course not found: {self.inbound_path}")
        except OSError as problem:
            self.fail(f"{self.inbound_path} cannot be read ({problem.strerror}): only its owner collects")
        try:
            self._whose()
            self._find()
        except BaseException:
            os.close(self._inbound)
            raise

    def _whose(self) -> None:
        """Refuse a folder that somebody else has put there in place of the course's."""
        owner = os.fstat(self._inbound).st_uid
        if os.geteuid() not in (0, owner) and owner != 0 and not self.coursedir.groupshared:
            self.fail(f"{self.inbound_path} belongs to {user_name(owner)}: the exchange was not made as README says")

    def _find(self) -> None:
        """By student what waits for them to be collected, the one that is wanted first."""
        wanted = self.coursedir.student_id or "*"
        found: dict[str, list[Waiting]] = defaultdict(list)
        for one in waiting(self._inbound, self.coursedir.assignment_id):
            if isinstance(one, str):
                self.log.warning("%s", one)
            elif fnmatch.fnmatchcase(one.student, wanted) and self._is_theirs(one):
                found[one.student].append(one)
        due = self._due_date()
        self.src_records = [self._ordered(some, due) for _, some in sorted(found.items())]

    def _is_theirs(self, one: Waiting) -> bool:
        owner = user_name(one.owner)
        if not self.check_owner or owner == one.student:
            return True
        self._refuse(
            one,
            f"bears the name of {printable(one.student)} and belongs to {printable(owner)}. Where students have no "
            "accounts of their own on this machine: c.ExchangeCollect.check_owner = False",
        )
        return False

    def _refuse(self, one: Waiting, why: str) -> None:
        """Say why a submission is left where it is; `refused` keeps it for who calls."""
        self.refused.append(f"it {why}")
        self.log.warning("%s was not collected: it %s", printable(one.name), why)

    def _due_date(self) -> Any:
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                return gradebook.find_assignment(self.coursedir.assignment_id).duedate
            except MissingEntry:
                return None

    def _ordered(self, some: list[Waiting], due: Any) -> list[Waiting]:
        """The newest first; with --before-duedate the newest of those in time before all others."""
        newest = sorted(some, key=lambda one: one.when, reverse=True)
        if due is None or not self.before_duedate:
            return newest
        return sorted(newest, key=lambda one: one.when > due)

    def copy_files(self) -> None:
        """Collect of each student the first that can be."""
        try:
            if not self.src_records:
                self.log.warning("No submissions of '%s' to collect", self.coursedir.assignment_id)
            for some in self.src_records:
                self._collect(some)
        finally:
            os.close(self._inbound)

    def _collect(self, some: list[Waiting]) -> None:
        for one in some:
            if not self._is_due(one):
                return
            try:
                self._take(one)
                return
            except Refused as why:
                self._refuse(one, f"{why}.")

    def _place(self, one: Waiting) -> Path:
        folder, assignment = self.coursedir.submitted_directory, self.coursedir.assignment_id
        return Path(self.coursedir.format_path(folder, one.student, assignment))

    def _is_due(self, one: Waiting) -> bool:
        """Whether it is to be taken, as nbgrader documents --update and --before-duedate."""
        place, name = self._place(one), f"{printable(one.student)} {self.coursedir.assignment_id}"
        if not place.is_dir():
            self.log.info("Collecting submission: %s", name)
            return True
        there = self.coursedir.get_existing_timestamp(str(place))
        if (self.update and (there is None or one.when > there)) or (self.before_duedate and there != one.when):
            self.log.info("Updating submission: %s", name)
            return True
        said = "No newer submission to collect" if self.update else "Submission already exists, use --update to update"
        self.log.info("%s: %s", said, name)
        return False

    def _take(self, one: Waiting) -> None:
        """Copy a submission beside its place, then put it there at once: what lay there stays until then."""
        place = self._place(one)
        staging = place.parents[1] / f"{STAGING}{os.getpid()}"
        shutil.rmtree(staging, ignore_errors=True)
        source = opened(self._inbound, one)
        try:
            staging.mkdir(parents=True)
            self._copied(source, one, staging / "made")
            place.parent.mkdir(parents=True, exist_ok=True)
            _exchange(staging / "made", place, staging / "before")
        finally:
            os.close(source)
            shutil.rmtree(staging, ignore_errors=True)

    def _copied(self, source: int, one: Waiting, made: Path) -> None:
        bounds = Bounds(1000 * self.coursedir.max_dir_size, 1000 * self.coursedir.max_file_size, self.max_files)
        copier = Copier(one.owner if self.check_owner else None, bounds, self._wanted)
        copier.copy(source, made)
        told = [copier.sentence(), self._stamped(one, made)]
        if late := later_than_it_says(source, one.when):
            told.append(f"It {late}.")
        for sentence in filter(None, told):
            self.log.warning("%s: %s", printable(one.student), sentence)
        if self.coursedir.groupshared:
            _share(made)

    def _wanted(self, name: str, folder: bool) -> bool:
        """As nbgrader documents CourseDirectory.ignore and .include; its own two small files always."""
        if name in (TIMESTAMP, SECRET):
            return True
        if any(fnmatch.fnmatch(name, pattern) for pattern in self.coursedir.ignore):
            return False
        return folder or any(fnmatch.fnmatch(name, pattern) for pattern in self.coursedir.include)

    def _stamped(self, one: Waiting, made: Path) -> str:
        """See that the time inside is the one in the name, which was chosen by; a sentence where it was not."""
        inside = made / TIMESTAMP
        if inside.is_file() and self.coursedir.get_existing_timestamp(str(made)) == one.when:
            return ""
        other = inside.exists()
        if inside.is_dir():
            shutil.rmtree(inside)
        inside.write_text(one.stamp)
        return f"Its {TIMESTAMP} gave another time than its name, which counts: {one.stamp}." if other else ""


def _exchange(made: Path, place: Path, aside: Path) -> None:
    """Put a folder in its place, and what lay there aside; back again where that fails."""
    there = place.is_symlink() or place.exists()
    if there:
        place.rename(aside)
    try:
        made.rename(place)
    except OSError:
        if there:
            aside.rename(place)
        raise


def _share(made: Path) -> None:
    """With CourseDirectory.groupshared, for the other instructors as well."""
    for path in [made, *made.rglob("*")]:
        mode = path.stat().st_mode
        path.chmod(stat.S_IMODE(mode) | (0o2770 if path.is_dir() else 0o660))
