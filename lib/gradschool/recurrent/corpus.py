"""A text to learn from: the Python language reference, as CPython 3.11.7 has it in `pydoc_data.topics`.

It ships with the course, frozen: it changes with each patch of Python, and figures on it should not. A longer text, of
plays, is read from the reader's own folder.
"""

import gzip
import json
import os
import re
import textwrap
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from gradschool.idx import DataNotAvailable

_PLAIN = str.maketrans("‘’“”–—", "''\"\"--")
_TOKEN = re.compile(r"[A-Za-z]+|\d+|[^\w\s]|_+")


class TextSplit(NamedTuple):
    """Text to learn from, and text held out."""

    train: str
    valid: str


@lru_cache(maxsize=1)
def topics() -> Mapping[str, str]:
    """The language reference as `help("topics")` shows it: a text for each topic, by its name in small letters.

    Source: the documentation of CPython, © Python Software Foundation, under the PSF licence (`corpora/LICENSE`).
    """
    # gzip, for a Python that was built without liblzma has no lzma
    packed = resources.files("gradschool").joinpath("corpora", "python_reference.json.gz").read_bytes()
    return MappingProxyType(json.loads(gzip.decompress(packed)))


@lru_cache(maxsize=1)
def text() -> str:
    """The language reference as one text: all topics in alphabetical order, every paragraph once.

    Topics quote each other at length. A paragraph that comes again is left out, or a model could be tested on what it
    has learned by heart.
    """
    paragraphs = (_tidied(p) for name in sorted(topics()) for p in topics()[name].split("\n\n"))
    return "\n".join(dict.fromkeys(p for p in paragraphs if p)) + "\n"


def play() -> str:
    """A million characters of Shakespeare's plays ("tiny Shakespeare"), from the reader's own folder.

    The file `input.txt` is looked for in the folder `tinyshakespeare` of the folder that GRADSCHOOL_DATA names.

    Raises:
        DataNotAvailable: no such file; the message says where it should be.

    Source: Karpathy (2015), The unreasonable effectiveness of recurrent neural networks.
    """
    home = os.environ.get("GRADSCHOOL_DATA")
    file = Path(home or "", "tinyshakespeare", "input.txt")
    if not home or not file.is_file():
        raise DataNotAvailable(
            "The play text is not at hand: put input.txt into a folder tinyshakespeare/ and set the environment "
            "variable GRADSCHOOL_DATA to the folder that holds it"
        )
    return file.read_text(encoding="utf-8")


def _tidied(paragraph: str) -> str:
    """Prose on one line, code line by line; rules under headings and tables are left out, and what is not ASCII."""
    lines = [line for line in paragraph.splitlines() if not re.fullmatch(r"\s*([-=*+~^\"|])\1*\s*|\s*[+|].*[+|]", line)]
    kept = "\n".join(line.rstrip() for line in lines if line.strip()).translate(_PLAIN)
    plain = kept.encode("ascii", "ignore").decode()
    code = all(line.startswith("   ") for line in lines)
    return textwrap.dedent(plain) if code else " ".join(plain.split())


def characters(text: str) -> list[str]:
    """The text's characters, one after the other, spaces and line breaks among them."""
    return list(text)


def words(text: str) -> list[str]:
    """Words in small letters, whole numbers, and every other sign by itself: "x[0] is None." gives 7 tokens.

    Spaces and line breaks are left out.
    """
    return _TOKEN.findall(text.lower())


def sentences(text: str) -> list[str]:
    """The sentences of the text's paragraphs: cut after . ! ? or : where a space and a capital letter follow."""
    return [s.strip() for line in text.splitlines() for s in re.split(r"(?<=[.!?:])\s+(?=[A-Z])", line) if s.strip()]


def split(text: str, held_out: float = 0.1) -> TextSplit:
    """Hold out the end of a text, cut where a line begins.

    Neighbouring characters are never drawn into different parts: a random split of a text is no split at all.

    Raises:
        ValueError: a share that is not between 0 and 1.
    """
    if not 0 < held_out < 1:
        raise ValueError(f"held_out is a share between 0 and 1; got {held_out}")
    place = round(len(text) * (1 - held_out))
    cut = text.rfind("\n", 0, place) + 1 or place
    return TextSplit(text[:cut], text[cut:])
