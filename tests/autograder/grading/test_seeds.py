"""Seeds: the same at a regrade, another for everyone else, from a secret that only its owner can read."""

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.seeds import class_secret, seed_for

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
