"""Archives as Canvas and Moodle write them, and as nobody should: what comes in, where, and what is said of the rest."""

import io
import stat
import zipfile
from pathlib import Path

import pytest

from autograder.nbgrader_plugin.roster import read_file
from autograder.term import archives
from autograder.term.archives import ArchiveError
from autograder.term.incoming import Taken, bring_in
from autograder.term.platforms import Register, origin, original

UNIT, NOTEBOOKS = "unit1_feedforward", ("1_neurons", "2_backpropagation")
ROSTER = (
    "id,first_name,last_name,email,lms_user_id\n"
    "ada,Ada,Lovelace,ada@example.org,4711\n"
    "bjoern,Björn,Müller,bjoern@example.org,4712\n"
    "anna1,Anna,Schmidt,anna1@example.org,\n"
    "anna2,Anna,Schmidt,anna2@example.org,\n"
)
WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade\n"
    "Participant 101,Ada Lovelace,ada@example.org,Submitted,\n"
    "Participant 102,Björn Müller,BJOERN@example.org,Submitted,\n"
)

ORIGINS = {  # a name: system, number, the student's own name of the file, attempt, late
    "lovelaceada_4711_99_1_neurons.ipynb": ("canvas", "4711", "1_neurons.ipynb", 99, False),
    "lovelaceada_LATE_4711_99_1_neurons.ipynb": ("canvas", "4711", "1_neurons.ipynb", 99, True),
    "lovelaceada_4711_100_1_neurons-1.ipynb": ("canvas", "4711", "1_neurons-1.ipynb", 100, False),
    "müllerbjörn_4712_7_my work (2).ipynb": ("canvas", "4712", "my work (2).ipynb", 7, False),
    "smith2_john_5_6_1_2_x.ipynb": ("canvas", "5", "1_2_x.ipynb", 6, False),
    "4711_99_1_neurons.ipynb": ("canvas", "4711", "1_neurons.ipynb", 99, False),
    "LATE_anon_aB3dE_99_1_neurons.ipynb": ("canvas", "", "1_neurons.ipynb", 99, True),
    "submissions/lovelaceada_4711_99_1_neurons.ipynb": ("canvas", "4711", "1_neurons.ipynb", 99, False),
    "Ada Lovelace_101_assignsubmission_file/1_neurons.ipynb": ("moodle", "101", "1_neurons.ipynb", 0, False),
    "Ada Lovelace_101_assignsubmission_file_/1_neurons.ipynb": ("moodle", "101", "1_neurons.ipynb", 0, False),
    "Ada Lovelace_101_assignsubmission_file_/work/1_neurons.ipynb": ("moodle", "101", "1_neurons.ipynb", 0, False),
    "Ada Lovelace_101_assignsubmission_file_1_neurons.ipynb": ("moodle", "101", "1_neurons.ipynb", 0, False),
    "Participant_101_assignsubmission_file/1_neurons.ipynb": ("moodle", "101", "1_neurons.ipynb", 0, False),
    "Course-HW-1/Ada Lovelace_101_assignsubmission_onlinetext/onlinetext.html": ("moodle", "101", "onlinetext.html", 0, False),
}  # fmt: skip


@pytest.mark.parametrize("name", ORIGINS)
def test_names_as_the_systems_write_them(name: str) -> None:
    found = origin(name)
    assert found is not None
    assert (found.system, found.number, found.file, found.attempt, found.late) == ORIGINS[name]


@pytest.mark.parametrize("name", ["1_neurons.ipynb", "ada/1_neurons.ipynb", "lovelaceada_4711_text.html", ""])
def test_names_of_another_kind(name: str) -> None:
    assert origin(name) is None


def test_a_number_is_taken_away_only_where_it_is_canvass() -> None:
    assert original("1_neurons-2.ipynb", NOTEBOOKS) == "1_neurons.ipynb"
    assert original("homework-2.ipynb", NOTEBOOKS) == "homework-2.ipynb"


@pytest.fixture
def held(tmp_path: Path) -> Path:
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "roster.csv").write_text(ROSTER)
    (tmp_path / "worksheet.csv").write_text(WORKSHEET)
    return tmp_path / "class"


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def take(held: Path, *paths: Path, worksheet: bool = False, by_name: bool = False) -> Taken:
    sheet = held.parent / "worksheet.csv" if worksheet else None
    return bring_in(paths, held, UNIT, NOTEBOOKS, Register(read_file(held / "roster.csv"), sheet, by_name))


def there(held: Path) -> dict[str, bytes]:
    place = held / "submitted"
    return {str(p.relative_to(place)): p.read_bytes() for p in place.rglob("*.ipynb")}


def test_canvas_the_newest_attempt_of_each(held: Path) -> None:
    archive = packed(
        held.parent / "submissions.zip",
        {
            "lovelaceada_LATE_4711_102_1_neurons-2.ipynb": b"third",
            "lovelaceada_LATE_4711_100_1_neurons.ipynb": b"first",
            "lovelaceada_LATE_4711_101_1_neurons-1.ipynb": b"second",
            "lovelaceada_LATE_4711_103_2_backpropagation.ipynb": b"other",
            "müllerbjörn_4712_99_1_neurons.ipynb": b"umlauts",
            "nobodynow_9999_98_1_neurons.ipynb": b"?",
            "lovelaceada_4711_97_picture.png": b"?",
            "lovelaceada_4711_text.html": b"?",
        },
    )
    taken = take(held, archive)
    assert there(held) == {
        f"ada/{UNIT}/1_neurons.ipynb": b"third",
        f"ada/{UNIT}/2_backpropagation.ipynb": b"other",
        f"bjoern/{UNIT}/1_neurons.ipynb": b"umlauts",
    }
    assert taken.late == {"ada"} and taken.unknown == {"nobodynow (canvas 9999)": 1}
    said = " ".join(taken.left)
    assert (
        said.count("earlier attempt") == 2 and "picture.png is no notebook" in said and "text.html has a name" in said
    )
    again = take(held, archive)
    assert again.files == {} and again.same == ["ada", "bjoern"]


def test_an_older_archive_takes_nothing_back(held: Path) -> None:
    new = packed(held.parent / "new.zip", {"lovelaceada_4711_200_1_neurons-1.ipynb": b"new"})
    old = packed(held.parent / "old.zip", {"lovelaceada_4711_100_1_neurons.ipynb": b"old"})
    take(held, new)
    assert "older than what is there" in take(held, old).left[0]
    assert there(held) == {f"ada/{UNIT}/1_neurons.ipynb": b"new"}


def test_a_second_attempt_keeps_the_notebooks_that_it_does_not_hold(held: Path) -> None:
    place = held / "submitted" / "ada" / UNIT
    place.mkdir(parents=True)
    for name in ("1_neurons (1).ipynb", "2_backpropagation.ipynb", "submission_secret.txt", "timestamp.txt"):
        (place / name).write_text(name)
    take(held, packed(held.parent / "a.zip", {"lovelaceada_4711_100_1_neurons.ipynb": b"new"}))
    kept = {path.name for path in place.iterdir() if not path.name.startswith(".")}
    assert kept == {"1_neurons.ipynb", "2_backpropagation.ipynb", "submission_secret.txt"}


@pytest.mark.parametrize(
    "form", ["{}_assignsubmission_file/{}", "{}_assignsubmission_file_/{}", "{}_assignsubmission_file_{}"]
)
def test_moodle_by_its_worksheet(held: Path, form: str) -> None:
    files = {
        form.format(who, "1_neurons.ipynb"): content
        for who, content in (("Ada Lovelace_101", b"a"), ("Björn Müller_102", b"b"), ("Zoe Zed_103", b"z"))
    }
    taken = take(held, packed(held.parent / "a.zip", files), worksheet=True)
    assert there(held) == {f"ada/{UNIT}/1_neurons.ipynb": b"a", f"bjoern/{UNIT}/1_neurons.ipynb": b"b"}
    assert taken.unknown == {"Zoe Zed (moodle 103)": 1}


def test_nobody_is_guessed(held: Path) -> None:
    names = ("Ada Lovelace_101", "Anna Schmidt_104", "Lovelace_105")
    archive = packed(held.parent / "a.zip", {f"{n}_assignsubmission_file/1_neurons.ipynb": n.encode() for n in names})
    taken = take(held, archive)
    assert there(held) == {} and len(taken.unknown) == 3
    taken = take(held, archive, by_name=True)  # the name of one student alone, and the whole of it
    assert set(there(held)) == {f"ada/{UNIT}/1_neurons.ipynb"} and len(taken.unknown) == 2


def member(name: str, mode: int = 0, flags: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr, info.create_system = mode << 16, 3
    info.flag_bits |= flags
    return info


def test_what_leaves_the_archive_is_left_out(held: Path) -> None:
    bad = {
        "../lovelaceada_4711_1_1_neurons.ipynb": "leads out",
        "/tmp/lovelaceada_4711_2_1_neurons.ipynb": "leads out",
        "C:/lovelaceada_4711_3_1_neurons.ipynb": "leads out",
        "..\\lovelaceada_4711_4_1_neurons.ipynb": "leads out",
        "lovelaceada_4711_5_1_neurons.ipynb\n": "cannot be written",
        "lovelaceada_4711_6_all.zip": "an archive itself",
        f"lovelaceada_4711_8_{'n' * 300}.ipynb": "too long",
    }
    path = packed(held.parent / "a.zip", dict.fromkeys(bad, b"{}"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(member("lovelaceada_4711_7_1_neurons.ipynb", stat.S_IFLNK | 0o777), "/etc/passwd")
    taken = take(held, path)
    assert there(held) == {} and not (held / "submitted").exists()
    said = "\n".join(taken.left)
    assert len(taken.left) == len(bad) + 1 and "is a link" in said
    assert all(words in said for words in bad.values())


def test_a_bomb_is_not_unpacked(held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 1000)
    path = held.parent / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lovelaceada_4711_1_1_neurons.ipynb", b"0" * 1001)
        archive.writestr("müllerbjörn_4712_2_1_neurons.ipynb", b"0" * 999)
    taken = take(held, path)
    assert list(there(held)) == [f"bjoern/{UNIT}/1_neurons.ipynb"] and "1,001 bytes" in taken.left[0]
    monkeypatch.setattr(archives, "MOST_IN_ALL", 1999)
    with pytest.raises(ArchiveError, match="2,000 bytes"):
        take(held, path)
    monkeypatch.setattr(archives, "MOST_MEMBERS", 1)
    monkeypatch.setattr(archives, "MOST_IN_ALL", 5000)
    with pytest.raises(ArchiveError, match="holds 2 files"):
        take(held, path)


def test_sizes_that_are_a_lie_do_not_help(held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive says one byte; more than that is never written, and the file is called broken."""
    path = held.parent / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lovelaceada_4711_1_1_neurons.ipynb", b"0" * 5000)
    raw = path.read_bytes()
    assert raw.count((5000).to_bytes(4, "little")) == 2
    path.write_bytes(raw.replace((5000).to_bytes(4, "little"), (1).to_bytes(4, "little")))
    taken = take(held, path)
    assert there(held) == {} and "cannot be unpacked" in taken.left[0]


def test_broken_archives_are_a_sentence(held: Path) -> None:
    whole = packed(held.parent / "a.zip", {"lovelaceada_4711_1_1_neurons.ipynb": b"0" * 5000}).read_bytes()
    for content in (b"", b"no archive", whole[: len(whole) // 2]):
        (held.parent / "b.zip").write_bytes(content)
        with pytest.raises(ArchiveError, match="no ZIP file"):
            take(held, held.parent / "b.zip")
    with pytest.raises(ArchiveError, match="There is no file"):
        take(held, held.parent / "c.zip")
    (held.parent / "b.zip").write_bytes(whole.replace(b"00000", b"00001", 1))  # its checksum is wrong now
    assert "cannot be unpacked" in take(held, held.parent / "b.zip").left[0]


def test_names_in_utf8_that_do_not_say_so(held: Path) -> None:
    """As Canvas's writer leaves them."""
    name = "müllerbjörn_4712_99_1_neurons.ipynb"
    plain = name.encode().decode("cp437")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, b"umlauts")
    raw = buffer.getvalue().replace(b"\x00\x08", b"\x00\x00", 1)
    assert plain != name
    path = held.parent / "a.zip"
    # The flag stands in the local header and in the central directory.
    patched = bytearray(buffer.getvalue())
    patched[7] &= ~0x08
    patched[patched.rindex(b"PK\x01\x02") + 9] &= ~0x08
    path.write_bytes(bytes(patched))
    assert zipfile.ZipFile(path).namelist() == [plain] and raw
    assert take(held, path).files == {"bjoern": ["1_neurons.ipynb"]}


def test_a_folder_that_was_unpacked_already(held: Path) -> None:
    folder = held.parent / "submissions"
    folder.mkdir()
    (folder / "lovelaceada_4711_1_1_neurons.ipynb").write_bytes(b"a")
    (folder / "müllerbjörn_4712_1_1_neurons.ipynb").symlink_to("/etc/passwd")
    (folder / ".DS_Store").write_bytes(b"")
    (folder / "linked").symlink_to("/etc")
    taken = take(held, folder)
    assert there(held) == {f"ada/{UNIT}/1_neurons.ipynb": b"a"}
    assert sorted(line.split(" ", 1)[1] for line in taken.left) == ["is a link.", "is a link."]
