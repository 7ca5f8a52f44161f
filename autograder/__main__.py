"""The command `gradschool`, and `python -m autograder`: `doctor` works also where no other command can be loaded."""

from __future__ import annotations

import sys


def run() -> None:
    """Run a command; where that cannot be, say why in a line or two."""
    if sys.argv[1:] == ["doctor"]:
        from autograder.doctor import examine

        sys.exit(examine())
    try:
        from autograder.cli import run as command
    except Exception as error:  # a Python that is too old, or a package that is missing or broken
        print(f"gradschool cannot start: {type(error).__name__}: {error}", file=sys.stderr)
        print(f"What to do about it: {sys.executable} -m autograder doctor", file=sys.stderr)
        sys.exit(1)
    command()


if __name__ == "__main__":
    run()
