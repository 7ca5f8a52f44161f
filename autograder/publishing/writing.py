"""Files written whole or not at all."""

import os
from pathlib import Path


def write_if_changed(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and leave one alone that holds these bytes already."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.part")
    with half.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # a machine that dies after the renaming must not leave an empty file
    half.replace(path)
