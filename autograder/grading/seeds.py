"""Seeds for grading: the hidden part of a check. The same at a regrade, unknown beforehand, another for other answers.

A seed is made from the class's secret, from who was asked what, and from a digest of what was handed in. Whoever has
seen the seed, or the cases, of a graded notebook gains nothing for the next one, in which to use it: that has others.
The secret can be changed. Each grade notes the version that it was made with, and former ones are kept.
"""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SIZE = 32  # bytes
PRESENT = "secret.key"
FORMER = re.compile(r"secret\.(\d+)\.key")


class LostSecret(Exception):
    """The version of the secret that a grade was made with is not there any more."""


@dataclass(frozen=True)
class Drawn:
    """What a question's cases were drawn from, as it is kept with the grade.

    Attributes:
        secret: the version of the class's secret; "" for a grade of a release that had only one.
        answers: the digest of the notebook that was handed in; "" there, where it did not count.
    """

    secret: str = ""
    answers: str = ""

    @classmethod
    def read(cls, record: Mapping[str, str]) -> "Drawn":
        return cls(str(record.get("secret", "")), str(record.get("answers", "")))


class ClassSecrets:
    """The secret of a class and those that it had before, which lie in `folder`.

    Raises:
        ValueError: a file holds something else.
    """

    def __init__(self, folder: Path) -> None:
        present = class_secret(folder)
        former = [_read(path) for path in _former(folder)]
        self._first = [*former, present][0]
        self._known = {version(secret): secret for secret in (*former, present)}
        self.present = version(present)

    @property
    def former(self) -> list[str]:
        """Versions that the class had before, the oldest first."""
        return [known for known in self._known if known != self.present]

    def seed(self, drawn: Drawn, assignment: str, student: str, exercise: str) -> int:
        """The seed of a question.

        Raises:
            LostSecret: its secret is not among those of the class.
        """
        secret = self._known.get(drawn.secret) if drawn.secret else self._first
        if secret is None:
            raise LostSecret(drawn.secret)
        return seed_for(secret, assignment, student, exercise, drawn.answers)


def class_secret(folder: Path) -> bytes:
    """The secret of a class, 32 bytes in `folder/secret.key`, made at first use and readable by its owner alone.

    Raises ValueError if the file is there and holds something else.
    """
    path = folder / PRESENT
    with suppress(PermissionError):  # a folder that cannot be written may hold a secret already
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = _fresh(folder)
        try:
            os.link(fresh, path)  # whole or not at all, and never over another's
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return _read(path)


def renew(folder: Path) -> None:
    """Give a class another secret from now on; the one that it had is kept beside it, for what was graded with it.

    Raises:
        ValueError: the present one is broken.
        OSError: the folder cannot be written; the secret is what it was.
    """
    present, former = class_secret(folder), _former(folder)
    if all(_read(path) != present for path in former):  # it may have been kept already, before a stop
        numbers = [int(match[1]) for path in former if (match := FORMER.fullmatch(path.name))]
        os.link(folder / PRESENT, folder / f"secret.{max(numbers, default=0) + 1}.key")
    fresh = _fresh(folder)
    try:
        os.replace(fresh, folder / PRESENT)
    except OSError:
        fresh.unlink()
        raise


def version(secret: bytes) -> str:
    """The name of a secret, which tells nothing of it."""
    return hmac.digest(secret, b"version", hashlib.sha256).hex()[:16]


def seed_for(secret: bytes, assignment: str, student: str, exercise: str, answers: str = "") -> int:
    """A seed below 2**63 from the class secret, what is graded, and the digest of what was handed in.

    Without a digest it is the seed of releases that did not look at it.
    """
    parts = (assignment, student, exercise, *([answers] if answers else []))
    message = "\0".join(parts).encode("utf-8", "replace")
    return int.from_bytes(hmac.digest(secret, message, hashlib.sha256)[:8], "big") >> 1


def _fresh(folder: Path) -> Path:
    """A file with a new secret in it."""
    fresh = folder / f".secret-{os.getpid()}-{secrets.token_hex(4)}"
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(SIZE))
    return fresh


def _former(folder: Path) -> list[Path]:
    """The files of former secrets, the oldest first."""

    def numbered() -> Iterator[tuple[int, Path]]:
        for path in folder.glob("secret.*.key"):
            if match := FORMER.fullmatch(path.name):
                yield int(match[1]), path

    return [path for _, path in sorted(numbered())]


def _read(path: Path) -> bytes:
    secret = path.read_bytes()
    if len(secret) != SIZE:
        raise ValueError(
            f"{path} holds {len(secret)} bytes, {SIZE} are expected: restore it, or delete it to draw another"
        )
    return secret
