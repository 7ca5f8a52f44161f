"""Reads the files of `submissions/`: each is one student's submission as data, with the verdict that it must get.

A file is TOML. Everything starts from a copy of the small course that was answered right. What a file may hold:

    what          what the submission does, in a sentence
    student       the student's name, where that of the file's place will not do
    [cells]       sources of answers by grade_id, in place of the right ones
    [[added]]     code cells of the student's own: `source`, and `before` which answer (softmax-answer unless said)
    [[edit]]      `cells` (grade_ids, or "*") of the first notebook: `set` is merged into each, `copies` are appended,
                  `delete` removes
    [notebook]    merged into the first notebook; `[order]` says `reverse`
    [[replace]]   `old` → `new` in the notebook's JSON text, for what no JSON writer would write
    [[file]]      a file beside, or in place of, the notebooks: see `_make`
    [verdict]     for every question [points, state, words of the explanation, words of the instructor's note]; for the
                  one that a person reads, "by hand" or 0

In sources COURSE stands for the course's folder, MARK for a name that nothing outside the sandbox may bear afterwards,
TCP, UDP and ABSTRACT for where this machine listens while the class is graded.
"""

import json
import os
import socket
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tests.autograder.nbgrader_plugin.classroom.course import Copy

FOLDER = Path(__file__).parent / "submissions"
FIRST = "1_first.ipynb"
MARK = "gradschool-was-here"


class Expected(NamedTuple):
    """What a checked question must get: points and state exactly, and words of its card and of its note."""

    points: float
    state: str
    says: str = ""
    noted: str = ""


@dataclass(frozen=True)
class Attack:
    """One submission: how to make it, and its verdict by question (None: a person is to read it)."""

    group: str
    student: str
    what: str
    content: dict[str, Any]
    verdict: dict[str, Expected | None]

    @property
    def honest(self) -> bool:
        return self.group == "honest"

    def hand_in(self, course: Path, words: Mapping[str, str]) -> None:
        """Write the submission into a course; `words` are what the capitals in sources stand for."""
        copy = Copy(course, self.student)
        copy.folder.mkdir(parents=True)
        words = {"COURSE": str(course), "MARK": MARK, **words}
        _spoil(copy, _filled(self.content, words))
        copy.hand_in()


def every_attack() -> list[Attack]:
    """All of them in the order of their files, the honest ones first: others link to what those handed in."""
    found = [_read(path) for path in sorted(FOLDER.glob("*/*.toml"))]
    return sorted(found, key=lambda attack: not attack.honest)


def _read(path: Path) -> Attack:
    content = tomllib.loads(path.read_text())
    verdict = {
        question: None if told == "by hand" else Expected(*told) if isinstance(told, list) else Expected(told, "")
        for question, told in content.pop("verdict").items()
    }
    group = path.parent.name
    name = path.stem if group == "honest" else f"{group}_{path.stem}"
    return Attack(group, content.pop("student", name), content.pop("what"), content, verdict)


def _spoil(copy: Copy, content: dict[str, Any]) -> None:
    if content.get("blank"):
        copy.empty()
    for name, source in content.get("cells", {}).items():
        copy.cell(name)["source"] = source
    for cell in content.get("added", []):
        copy.add(cell["source"], cell.get("before", "softmax-answer"))
    for edit in content.get("edit", []):
        _edit(copy, edit)
    _merge(copy.first, content.get("notebook", {}))
    if content.get("order") == "reverse":
        copy.first["cells"].reverse()
    if replacements := content.get("replace"):
        text = json.dumps(copy.first)
        for each in replacements:
            assert each["old"] in text, each
            text = text.replace(each["old"], each["new"])
        copy.files[FIRST] = text
    for file in content.get("file", []):
        _make(copy, file)


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    """The same with every word replaced, however deep."""
    if isinstance(value, str):
        for word, meant in words.items():
            value = value.replace(word, meant)
        return value
    if isinstance(value, list):
        return [_filled(item, words) for item in value]
    return {key: _filled(item, words) for key, item in value.items()} if isinstance(value, dict) else value


def _edit(copy: Copy, edit: dict[str, Any]) -> None:
    named = edit["cells"]
    cells = copy.first["cells"] if named == "*" else [copy.cell(name) for name in named]
    for cell in list(cells):
        again = [json.loads(json.dumps(cell)) for _ in range(edit.get("copies", 0))]
        for changed in again or [cell]:
            _merge(changed, edit.get("set", {}))
        copy.first["cells"] += again
        if edit.get("delete"):
            copy.first["cells"].remove(cell)


def _merge(into: dict[str, Any], change: dict[str, Any]) -> None:
    for key, value in change.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _make(copy: Copy, file: dict[str, Any]) -> None:
    """A file by its kind; every kind but the first three is put there at once, as it is no content."""
    name, kind = file["name"], file["kind"]
    path = copy.folder / name
    if kind == "text":  # pieces, each so many times
        copy.files[name] = "".join(text * times for text, times in file["content"])
    elif kind == "bytes":
        copy.files[name] = bytes.fromhex(file["hex"])
    elif kind == "encoded":  # the notebook in another encoding, or grown to a size
        text = json.dumps(copy.files[name], ensure_ascii=False)
        copy.files[name] = text.encode(file.get("encoding", "utf-8")).ljust(file.get("size", 0))
    elif kind == "deep":  # the first answer, right or by a call, beside a sum of so many zeros
        call = file.get("call", "e / e.sum(-1, keepdim=True)")
        source = (
            f"def softmax(z):\n    e = (z - z.amax(-1, keepdim=True)).exp()\n    return {call}" + " + 0" * file["deep"]
        )
        copy.cell("softmax-answer")["source"] = source
    elif kind == "more cells":  # behind all others, each a text so many times
        for text, times in file["added"] * file.get("copies", 1):
            copy.add(text * times)
            copy.first["cells"].append(
                copy.first["cells"].pop(copy.first["cells"].index(copy.cell("softmax-answer")) - 1)
            )
    elif kind == "copy":
        copy.files[name] = copy.files[file["of"]]
    else:
        copy.files.pop(name, None)
        SPECIAL[kind](path, file.get("to", ""))


def _linked_folder(path: Path, to: str) -> None:
    path.parent.rmdir()
    path.parent.symlink_to(to)


def _listening(path: Path, to: str) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # the name of a socket may not be long
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


def _device(path: Path, to: str) -> None:
    """The device of endless zeros: a real one where this user may make it, else a link to the machine's."""
    try:
        os.mknod(path, 0o666 | 0o020000, os.makedev(1, 5))
    except PermissionError:
        path.symlink_to("/dev/zero")


SPECIAL: dict[str, Callable[[Path, str], None]] = {
    "missing": lambda path, to: None,
    "fifo": lambda path, to: os.mkfifo(path),
    "directory": lambda path, to: path.mkdir(),
    "link": lambda path, to: path.symlink_to(to),
    "hard link": lambda path, to: os.link(to, path),
    "linked folder": _linked_folder,
    "socket": _listening,
    "device": _device,
}
