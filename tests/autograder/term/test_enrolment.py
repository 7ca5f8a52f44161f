"""A roster adds, renames and retires; what it does not say stays, and nothing is lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.nbgrader_plugin.config import put_tools_on_path
from autograder.nbgrader_plugin.roster import RosterError, read_file, read_roster
from autograder.term.enrolment import enrol, enrolment

UNIT = "unit1_feedforward"


@pytest.fixture
def gradebook(tmp_path: Path) -> Iterator[Any]:
    put_tools_on_path()
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as made:
        made.add_assignment(UNIT)
        made.add_student("ada", first_name="Ada", last_name="Byron")
        made.add_submission(UNIT, "ada")
        yield made


def write(folder: Path, text: str) -> Path:
    (folder / "new.csv").write_text(text, encoding="utf-8")
    return folder / "new.csv"


def take(gradebook: Any, held: Path, text: str) -> dict[str, str]:
    found = enrolment(gradebook, read_roster(held), read_file(write(held, text)))
    enrol(gradebook, held, found)
    assert enrolment(gradebook, read_roster(held), read_file(write(held, text))).changes == [], "done is done"
    return {change.student: change.what for change in found.changes}


def test_who_comes_who_is_called_otherwise_and_who_leaves(gradebook: Any, tmp_path: Path) -> None:
    said = take(gradebook, tmp_path, "id,first_name,last_name,lms_user_id\nada,Ada,Lovelace,4711\nben,Ben,B,4712\n")
    assert said == {"ada": "last_name Byron → Lovelace; lms_user_id (none) → 4711", "ben": "is new: Ben B"}
    assert gradebook.find_student("ada").last_name == "Lovelace" and gradebook.find_student("ben").lms_user_id == "4712"
    assert take(gradebook, tmp_path, "id\nben\n") == {"ada": "has left"}
    assert read_roster(tmp_path).retired == {"ada"} and gradebook.find_submission(UNIT, "ada")
    assert take(gradebook, tmp_path, "id\nben\nada\n") == {"ada": "is back"}
    assert read_roster(tmp_path).entries["ada"].told["last_name"] == "Lovelace", "what a file does not say stays"


def test_an_id_that_changes_takes_everything_along(gradebook: Any, tmp_path: Path) -> None:
    for folder in ("submitted", "autograded", "feedback"):
        (tmp_path / folder / "ada" / UNIT).mkdir(parents=True)
    assert take(gradebook, tmp_path, "id,was\nalovelace,ada\n") == {"alovelace": "was ada"}
    assert [s.id for s in gradebook.students] == ["alovelace"]
    assert gradebook.find_submission(UNIT, "alovelace").student.last_name == "Byron"
    assert all((tmp_path / folder / "alovelace" / UNIT).is_dir() for folder in ("submitted", "autograded", "feedback"))


def test_extensions_stay_unless_the_file_has_their_column(gradebook: Any, tmp_path: Path) -> None:
    column = f"extension {UNIT}"
    assert take(gradebook, tmp_path, f"id,{column}\nada,2d\n") == {"ada": f"{UNIT}: no → 2d extension"}
    assert take(gradebook, tmp_path, "id\nada\n") == {}
    assert take(gradebook, tmp_path, f"id,{column}\nada,\n") == {"ada": f"{UNIT}: 2d → no extension"}


REFUSED = {
    "name\nada\n": "has no column called id",
    "": "is empty",
    "id,id\nada,ben\n": "two columns called id",
    "id\nada\nada\n": "stands there twice",
    "id\n../ada\n": "letters, digits",
    "id,email\n,a@example.org\n": "the id is missing",
    "id,status\nada,gone\n": "expected nothing, active or retired",
    f"id,extension {UNIT}\nada,soon\n": "no length of time",
    "id,email\nada,a@example.org\nben,A@example.org\n": "have the same email",
    "id,was\nben,zoe\n": "nobody is called so",
    "id,was\nben,ada\nada,\n": "both are there",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_used_is_refused_before_anything_is_written(gradebook: Any, tmp_path: Path, text: str) -> None:
    with pytest.raises(RosterError) as refused:
        take(gradebook, tmp_path, text)
    assert REFUSED[text] in str(refused.value)
    assert [s.id for s in gradebook.students] == ["ada"] and not (tmp_path / "roster.csv").exists()


def test_files_as_spreadsheets_save_them(gradebook: Any, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_bytes('\ufeffid;first_name;last_name\r\nada;"Ada;1";=Lovelace\r\n;;\r\n'.encode())
    enrol(gradebook, tmp_path, enrolment(gradebook, read_roster(tmp_path), read_file(tmp_path / "new.csv")))
    held = (tmp_path / "roster.csv").read_text()
    assert "'=Lovelace" in held and read_roster(tmp_path).entries["ada"].told["last_name"] == "=Lovelace"
    (tmp_path / "new.csv").write_bytes("id,last_name\nada,Müller\n".encode("latin-1"))
    with pytest.raises(RosterError, match="UTF-8"):
        read_file(tmp_path / "new.csv")
