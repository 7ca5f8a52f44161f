"""Seeds for grading: the hidden part of a check. The same at a regrade, unknown beforehand."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path


def class_secret(folder: Path) -> bytes:
    """The secret of a class, 32 bytes in `folder/secret.key`, made at first use and readable by its owner alone.

    Raises ValueError if the file is there and holds something else.
    """
    path = folder / "secret.key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".secret-{os.getpid()}-{secrets.token_hex(4)}")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        try:
            os.link(fresh, path)  # whole or not at all, and never over another's
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    except PermissionError:
        pass  # a folder that cannot be written may hold a secret already
    secret = path.read_bytes()
    if len(secret) != 32:
        raise ValueError(f"{path} holds {len(secret)} bytes, 32 are expected: restore it, or delete it to draw another")
    return secret


def seed_for(secret: bytes, assignment: str, student: str, exercise: str) -> int:
    """A seed below 2**63 from the class secret and what is graded."""
    message = "\0".join((assignment, student, exercise)).encode("utf-8", "replace")
    return int.from_bytes(hmac.digest(secret, message, hashlib.sha256)[:8], "big") >> 1
