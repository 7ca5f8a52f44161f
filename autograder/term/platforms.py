"""Whose file it is, by the names that Canvas and Moodle give to submissions in their archives.

Canvas (lib/content_zipper.rb of canvas-lms): `<name>_[LATE_]<user>_<attachment>_<file>`, all in one folder.
Moodle (mod/assign/classes/downloader.php): `<name>_<participant>_assignsubmission_file/<file>`, with an underscore
before the slash in older releases, or `<name>_<participant>_assignsubmission_file_<file>` without folders.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder import spreadsheet
from autograder.nbgrader_plugin.roster import Entry, Roster, RosterError

CANVAS = re.compile(
    r"(?:(?P<who>\w+?)_)??(?:(?P<late>LATE)_)?(?:(?P<user>\d+)|anon_(?P<anonymous>\w+?))_(?P<attachment>\d+)_(?P<file>.+)"
)
MOODLE = re.compile(r"(?P<who>.+)_(?P<participant>\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_?/|_)(?P<file>.+)")


@dataclass(frozen=True)
class Origin:
    """What a name in an archive tells.

    Attributes:
        system: "canvas" or "moodle".
        number: Canvas's user, or Moodle's participant of this assignment; "" where students are anonymous.
        who: the name as it stands there.
        file: the student's own name of the file.
        attempt: grows with time, where the system tells.
        late: whether the system calls it late.
    """

    system: str
    number: str
    who: str
    file: str
    attempt: int = 0
    late: bool = False


def origin(name: str) -> Origin | None:
    """Whose file this is; None for a name of another kind."""
    parts = name.split("/")
    for i in range(len(parts)):  # it may lie in folders, where somebody packed it again
        if found := MOODLE.fullmatch("/".join(parts[i:])):
            return Origin("moodle", found["participant"], found["who"], found["file"].rpartition("/")[2])
    if found := CANVAS.fullmatch(parts[-1]):
        who, number = found["who"] or found["anonymous"] or "", found["user"] or ""
        return Origin("canvas", number, who, found["file"], int(found["attachment"]), bool(found["late"]))
    return None


def original(file: str, notebooks: Collection[str]) -> str:
    """The file's name without the number that Canvas puts behind a name that it has seen: `1_neurons-2.ipynb`."""
    plain = re.sub(r"-\d+(?=\.ipynb$)", "", file)
    return plain if plain.removesuffix(".ipynb") in notebooks else file


class Register:
    """Who is who.

    Args:
        roster: the class's.
        worksheet: Moodle's grading worksheet, by which participants are known.
        by_name: whether a full name that one student alone bears is enough.
    """

    def __init__(self, roster: Roster, worksheet: Path | None = None, by_name: bool = False) -> None:
        entries = list(roster.entries.values())
        self._canvas = {entry.told["lms_user_id"]: entry for entry in entries if entry.told.get("lms_user_id")}
        self._participants = _participants(worksheet, entries) if worksheet else {}
        self._names = _alone(entries) if by_name else {}

    def student(self, origin: Origin) -> Entry | None:
        """The student; None where the roster does not tell."""
        known = self._canvas if origin.system == "canvas" else self._participants
        return known.get(origin.number) or self._names.get(_plain(origin.who))


def _participants(worksheet: Path, entries: Iterable[Entry]) -> Mapping[str, Entry]:
    """Students by Moodle's number: the first cell of a row holds it, another one an address or id of the roster."""
    try:
        rows = spreadsheet.read(worksheet)
    except (OSError, ValueError) as problem:
        raise RosterError(f"The worksheet cannot be used: {problem}") from None
    known: dict[str, Entry] = {}
    for entry in entries:
        for told in (entry.id, entry.told.get("email"), entry.told.get("sis_id")):
            if told:
                known[told.casefold()] = entry
    found: dict[str, Entry] = {}
    for row in rows:
        cells = [value for head, value in row.items() if head]
        number = re.search(r"(\d+)$", cells[0])
        who = {known[cell.casefold()].id: known[cell.casefold()] for cell in cells[1:] if cell.casefold() in known}
        if number and len(who) == 1:
            found[number[1]] = next(iter(who.values()))
    return found


def _alone(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Students by their full names, in both orders; nobody where two share one."""
    by: dict[str, list[Entry]] = {}
    for entry in entries:
        first, last = entry.told.get("first_name", ""), entry.told.get("last_name", "")
        for name in {_plain(first + last), _plain(last + first)} - {""}:
            by.setdefault(name, []).append(entry)
    return {name: some[0] for name, some in by.items() if len(some) == 1}


def _plain(name: str) -> str:
    return "".join(re.findall(r"[^\W_]+", name.casefold()))
