"""Archives of a learning platform come into `class/submitted/`: the newest attempt of each notebook, by student."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.grading import atomic
from autograder.grading.find import shown
from autograder.nbgrader_plugin.side_files import TIMESTAMP
from autograder.term import placing
from autograder.term.archives import ArchiveError, Member, opened
from autograder.term.platforms import Origin, Register, origin, original

RECORD = ".imported.json"  # attempts by file, beside the notebooks; grading reads nothing hidden


@dataclass
class Taken:
    """What came in.

    Attributes:
        files: names of notebooks by student; `late` has those whom the platform calls late.
        unknown: numbers and names that the roster does not know, with how many files.
        left: sentences on files that were left out.
        same: students whose files were there already, as they are.
    """

    files: dict[str, list[str]] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    unknown: dict[str, int] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Attempt:
    origin: Origin
    member: Member


def bring_in(archives: Iterable[Path], held: Path, unit: str, notebooks: Collection[str], register: Register) -> Taken:
    """Put what the archives hold where grading looks for it. Each file changes at once, or not at all.

    Args:
        archives: ZIP files of Canvas or Moodle, or folders that they were unpacked to; later ones are newer.
        held: the class's folder.
        unit: the assignment.
        notebooks: names of the unit's notebooks.
        register: who is who.

    Raises:
        ArchiveError: one of them cannot be read, or nothing can be written; what came before it is there.
    """
    taken = Taken()
    for path in archives:
        with opened(path) as members:
            found = _sorted_out(members, notebooks, register, taken)
            for student, attempts in sorted(found.items()):
                try:
                    _place(student, attempts, held, unit, taken)
                except OSError as problem:
                    raise ArchiveError(
                        f"{student}'s files cannot be written: {problem.strerror}; start again"
                    ) from None
    return taken


def _sorted_out(
    members: list[Member], notebooks: Collection[str], register: Register, taken: Taken
) -> dict[str, dict[str, _Attempt]]:
    """The newest attempt of each file, by student and name."""
    found: dict[str, dict[str, _Attempt]] = {}
    for member in members:
        if _of_a_system(member.name):
            continue
        whose = origin_of(member, taken)
        if whose is None:
            continue
        entry = register.student(whose)
        if entry is None:
            name = f"{shown(whose.who) or 'anonymous'} ({whose.system} {whose.number or 'without a number'})"
            taken.unknown[name] = taken.unknown.get(name, 0) + 1
            continue
        file = original(whose.file, notebooks)
        attempts = found.setdefault(entry.id, {})
        this, before = _Attempt(whose, member), attempts.get(file)
        if before is not None:
            older, this = sorted((before, this), key=lambda attempt: attempt.origin.attempt)
            taken.left.append(f"{shown(older.member.name)} is an earlier attempt.")
        attempts[file] = this
        if whose.late:
            taken.late.add(entry.id)
    return found


def _of_a_system(name: str) -> bool:
    """Files that nobody handed in: those that macOS puts into archives, hidden ones."""
    return any(part == "__MACOSX" or part.startswith(".") for part in name.split("/") if part not in ("..", "."))


def origin_of(member: Member, taken: Taken) -> Origin | None:
    """Whose notebook it is; None where it is no notebook or cannot be taken, which is noted then."""
    why = member.problem
    whose = None if why else origin(member.name)
    if not why and whose is None:
        why = "has a name that neither Canvas nor Moodle gives"
    if whose is not None and not whose.file.lower().endswith(".ipynb"):
        why = "is no notebook"
    if why:
        taken.left.append(f"{shown(member.name)} {why}.")
        return None
    return whose


def _place(student: str, attempts: dict[str, _Attempt], held: Path, unit: str, taken: Taken) -> None:
    place = held / "submitted" / student / unit
    record = _record(place)
    with placing.staging(held) as staging:
        made = staging / unit
        made.mkdir()
        written = {}
        for file, attempt in sorted(attempts.items()):
            if attempt.origin.attempt < record.get(file, 0):
                taken.left.append(f"{shown(attempt.member.name)} is older than what is there.")
                continue
            try:
                (made / file).write_bytes(attempt.member.read())
            except ValueError as problem:
                taken.left.append(f"{shown(attempt.member.name)} {problem}.")
                continue
            written[file] = attempt.origin.attempt
        new = [file for file in written if not _same(made / file, place / file)]
        if not new:
            taken.same += [student] if written else []
            return
        (made / RECORD).write_text(json.dumps(record | written))
        if place.is_symlink():
            place.unlink()
        atomic.put(made, place, alone=False)  # file by file: a run that is stopped here is finished by the next one
        _take_away(place, set(written))
        taken.files.setdefault(student, []).extend(sorted(set(new) - set(taken.files.get(student, []))))


def _take_away(place: Path, written: set[str]) -> None:
    """Earlier forms of what has come now, such as `1_neurons (1).ipynb`; and a time that is not known any more."""
    (place / TIMESTAMP).unlink(missing_ok=True)
    for path in sorted(place.glob("*.ipynb")):
        if path.name not in written and any(Path(name).stem in path.stem for name in written):
            path.unlink()


def _same(new: Path, old: Path) -> bool:
    try:
        return not old.is_symlink() and new.read_bytes() == old.read_bytes()
    except OSError:
        return False


def _record(place: Path) -> dict[str, int]:
    try:
        found = json.loads((place / RECORD).read_bytes())
        return {str(file): int(attempt) for file, attempt in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
