"""Where specs lie: this package's own, and those of folders outside it. Imports nothing, so that anybody may ask."""

import os
from pathlib import Path

OURS = Path(__file__).parent / "exercises"
VARIABLE = "GRADSCHOOL_EXERCISES"  # names further folders, laid out as `exercises/` is, parted as in PATH


def outside() -> list[Path]:
    """Folders of a teacher's own specs, as the environment names them.

    Raises:
        NotADirectoryError: one of them is not there.
    """
    folders = [Path(name).resolve() for name in os.environ.get(VARIABLE, "").split(os.pathsep) if name]
    for folder in folders:
        if not folder.is_dir():
            raise NotADirectoryError(f"{VARIABLE} names {folder}, which is no folder: correct it, or leave it empty.")
    return folders
