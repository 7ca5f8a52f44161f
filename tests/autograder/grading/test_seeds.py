"""Seeds: the same at a regrade, another for everyone else, from a secret that only its owner can read."""

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.seeds import ClassSecrets, Drawn, LostSecret, class_secret, renew, seed_for, version

NAMES = st.text(st.characters(blacklist_characters="\0", blacklist_categories=()), max_size=20)
WHAT = st.tuples(NAMES, NAMES, NAMES)  # assignment, student, exercise


@given(st.binary(min_size=32, max_size=32), WHAT, WHAT)
def test_a_seed_is_a_function_of_secret_assignment_student_and_exercise(secret, one, other):
    assert seed_for(secret, *one) == seed_for(secret, *one)
    assert 0 <= seed_for(secret, *one) < 2**63
    as_bytes = [tuple(name.encode("utf-8", "replace") for name in what) for what in (one, other)]
    assert (seed_for(secret, *one) == seed_for(secret, *other)) == (as_bytes[0] == as_bytes[1])
    assert seed_for(secret, *one) != seed_for(bytes([secret[0] ^ 1]) + secret[1:], *one)


def test_names_do_not_run_into_each_other():
    assert seed_for(bytes(32), "ab", "c", "d") != seed_for(bytes(32), "a", "bc", "d")


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path):
    folder = tmp_path / "class"
    secret = class_secret(folder)
    assert len(secret) == 32
    assert (folder / "secret.key").stat().st_mode & 0o777 == 0o600
    assert class_secret(folder) == secret == (folder / "secret.key").read_bytes()
    assert [path.name for path in folder.iterdir()] == ["secret.key"]
    assert class_secret(tmp_path / "other") != secret


def test_two_graders_at_once_agree(tmp_path: Path):
    found: list[bytes] = []
    graders = [threading.Thread(target=lambda: found.append(class_secret(tmp_path))) for _ in range(8)]
    for grader in graders:
        grader.start()
    for grader in graders:
        grader.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 33])
def test_a_secret_of_another_size_is_refused(tmp_path: Path, content: bytes):
    (tmp_path / "secret.key").write_bytes(content)
    with pytest.raises(ValueError, match=f"holds {len(content)} bytes, 32 are expected: restore it"):
        class_secret(tmp_path)
    assert (tmp_path / "secret.key").read_bytes() == content, "never overwritten"


def test_other_answers_have_another_seed(tmp_path: Path):
    secrets = ClassSecrets(tmp_path)
    who = ("unit", "ada", "softmax")
    seeds = {secrets.seed(Drawn(secrets.present, answers), *who) for answers in ("one", "two", "three")}
    assert len(seeds) == 3
    assert secrets.seed(Drawn(), *who) == seed_for(class_secret(tmp_path), *who) not in seeds


def test_a_changed_secret_leaves_former_grades_their_seeds(tmp_path: Path):
    who = ("unit", "ada", "softmax")
    found, before = {}, ClassSecrets(tmp_path).seed(Drawn(), *who)
    for _ in range(12):
        secrets = ClassSecrets(tmp_path)
        drawn = Drawn(secrets.present, "answers")
        found[drawn] = secrets.seed(drawn, *who)
        renew(tmp_path)
    last = ClassSecrets(tmp_path)
    assert len(set(found.values())) == 12 and [drawn.secret for drawn in found] == last.former
    assert all(last.seed(drawn, *who) == seed for drawn, seed in found.items())
    assert last.seed(Drawn(), *who) == before, "a grade that notes no version was made with the first"
    assert last.seed(Drawn(last.present, "answers"), *who) not in found.values()
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"secret.key": 0o600, **{f"secret.{i}.key": 0o600 for i in range(1, 13)}}


def test_a_version_says_nothing_of_the_secret_and_a_lost_one_is_told(tmp_path: Path):
    secrets = ClassSecrets(tmp_path)
    assert secrets.present == version(class_secret(tmp_path)) not in class_secret(tmp_path).hex()
    with pytest.raises(LostSecret, match="gone"):
        secrets.seed(Drawn("gone", "answers"), "unit", "ada", "softmax")


def test_a_renewal_that_was_stopped_keeps_nothing_twice(tmp_path: Path):
    secret = class_secret(tmp_path)
    (tmp_path / "secret.1.key").hardlink_to(tmp_path / "secret.key")
    renew(tmp_path)
    assert (tmp_path / "secret.1.key").read_bytes() == secret != class_secret(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_broken_former_secret_is_told(tmp_path: Path):
    class_secret(tmp_path)
    (tmp_path / "secret.1.key").write_bytes(b"short")
    with pytest.raises(ValueError, match=r"secret\.1\.key holds 5 bytes"):
        ClassSecrets(tmp_path)
