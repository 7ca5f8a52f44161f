"""What is printed where a terminal's encoding lacks some of our characters: ✓ is none of cp1252."""

import contextlib
import sys


def replace_unprintable() -> None:
    """Have standard output and standard error show "?" for what their encoding does not hold, and never raise."""
    for stream in (sys.stdout, sys.stderr):
        encoding = (getattr(stream, "encoding", None) or "").lower().replace("-", "")
        if encoding and not encoding.startswith("utf"):
            with contextlib.suppress(AttributeError, ValueError, OSError):  # a stream of somebody else's making
                stream.reconfigure(errors="replace")  # type: ignore[union-attr]
