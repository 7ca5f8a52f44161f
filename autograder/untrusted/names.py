"""Names that students choose and that go far: into paths, the gradebook's keys, logs and pages."""

import unicodedata

LONGEST_ID = 128  # characters: the gradebook's column holds no more
LONGEST_NAME = 255  # bytes of one part of a path
CONTROLS = ("Cc", "Cs", "Zl", "Zp")
TURNS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # what follows reads otherwise


def problem_with(student: str) -> str:
    """Why a folder's name cannot be a student's id, going on after "its name …"; "" where it can."""
    if student in ("", ".", ".."):
        return "is none"
    if any("\udc80" <= letter <= "\udcff" for letter in student):
        return "is not UTF-8"
    if any(unicodedata.category(letter) in CONTROLS or letter in TURNS for letter in student):
        return "holds a line break or another character that cannot be shown"
    if "/" in student:
        return "holds a slash"
    if len(student) > LONGEST_ID:
        return f"has {len(student)} characters: {LONGEST_ID} at most fit into a gradebook"
    if len(student.encode()) > LONGEST_NAME:
        return f"has {len(student.encode())} bytes: {LONGEST_NAME} at most fit into a path"
    return ""


def told(name: str) -> str:
    """A name that may be anything as it can be shown: in quotes, what cannot be shown written out, shortened."""
    return ascii(name if len(name) <= LONGEST_ID else f"{name[:LONGEST_ID]}…")
