"""A written answer for the instructor's browser: its Markdown without anything live, and the pictures in it."""

import hashlib
import html
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from autograder.grading.pictures import NotShown, picture

MOST_PICTURES = 12  # of one notebook

# What nbconvert or a browser would make live on a page, and what is written in its place.
LIVE = (
    (re.compile(r"&(?=#|\w+;|amp)", re.IGNORECASE), "& "),  # else a scheme could be spelled in entities of entities
    (re.compile(r"<(?=[A-Za-z/!?])"), "< "),  # not an entity, which code and mathematics would show as it stands
    (re.compile(r"(?<!\w)(javascript|vbscript|data|attachment)\\?:(?=\S)", re.IGNORECASE), r"\1 :"),
    (re.compile(r"([(<]\s{0,9}|\]:\s{0,9})(javascript|vbscript|data)\s{0,9}:", re.IGNORECASE), r"\1\2 :"),
    # MathJax's macros that make links, attributes or further macros, with every backslash before them
    (re.compile(r"\\+(?=(href|class|style|cssId|require|csname|bbox|html[A-Z][A-Za-z]*|data)(?![A-Za-z]))"), ""),
    # A picture from elsewhere would be fetched there by everyone who reads the answer.
    (re.compile(r"!(?=\[[^\]\n]{0,500}\]\()"), "*(not shown, for it is not in this notebook:)* "),
    (re.compile(r"!(?=\[)"), "! "),
)
PASTED = re.compile(
    r"""!\[[^\]\n]{0,500}\]\(\s{0,9}<?attachment:(?P<markdown>[^)>"\n]{1,300}?)>?(?:\s{1,9}"[^"\n]{0,300}")?\s{0,9}\)"""
    r"""|<img\s[^<>]{0,500}?src\s{0,9}=\s{0,9}["']attachment:(?P<html>[^"'<>\n]{1,300})["'][^<>]{0,500}>""",
    re.IGNORECASE,
)
EMBEDDED = re.compile(r"""(?<=[("'<])data:(image/[a-z+.-]{1,40});base64,([A-Za-z0-9+/=]*)""", re.IGNORECASE)


class Album:
    """The pictures of one submitted notebook, and how many of them may still be shown.

    Args:
        attachments: by name; the names are those that `taken_out` has put into the text.
        most: how many are shown.
    """

    def __init__(self, attachments: Mapping[str, Any], most: int = MOST_PICTURES) -> None:
        self._attachments, self._most, self._left = attachments, most, most

    def write(self, cell: Any, source: str) -> None:
        """Put a written answer into our cell, with those of its pictures that can be shown.

        In place of one that cannot stands a sentence. Of an attachment nothing passes but pixels, under our names.
        """
        kept: dict[str, dict[str, str]] = {}
        pieces, end = [], 0
        for reference in PASTED.finditer(source):
            name = reference["markdown"] or reference["html"]
            pieces += [harmless(source[end : reference.start()]), self._place(name, kept)]
            end = reference.end()
        cell.source = "".join([*pieces, harmless(source[end:])])
        if kept:
            cell["attachments"] = kept

    def _place(self, name: str, kept: dict[str, dict[str, str]]) -> str:
        """What stands in place of a reference. Spaces around it keep it apart from what the student wrote there."""
        try:
            mime, content = self._found(name)
        except NotShown as why:
            return f" *(A picture that stood here is not shown, for {why}.)* "
        ours = f"picture-{len(kept) + 1}.{mime.partition('/')[2]}"
        kept[ours] = {mime: content}
        return f" ![Picture {len(kept)} of this answer](attachment:{ours}) "

    def _found(self, name: str) -> tuple[str, str]:
        if name not in self._attachments:
            raise NotShown("its file is not in the notebook")
        if not self._left:
            raise NotShown(f"{self._most} pictures of a notebook are shown at most")
        self._left -= 1  # one that cannot be shown counts too: to find that out may take as long
        return picture(self._attachments[name])


def harmless(markdown: str) -> str:
    """Markdown without HTML, without links that run code, without pictures. Mathematics and code stay."""
    markdown = html.unescape(markdown)
    for pattern, plain in LIVE:
        markdown = pattern.sub(plain, markdown)
    return markdown


def taken_out(source: str, attachments: Any) -> tuple[str, dict[str, Any]]:
    """A Markdown cell's source, and its pictures by names that are theirs alone in a whole notebook.

    The source shows them by these names, wherever it goes. Pictures that stand in the text itself, as Colab puts them,
    are taken out of it too. `attachments` are the cell's, and may be anything.
    """
    found: dict[str, Any] = {}

    def named(attachment: Any) -> str:
        try:
            said = json.dumps(attachment, sort_keys=True)
        except RecursionError:
            said, attachment = "", None  # no picture lies that deep
        name = hashlib.sha256(said.encode()).hexdigest()[:24]
        found[name] = attachment
        return name

    def attached(match: "re.Match[str]") -> str:
        kind = match.lastgroup or "markdown"
        known = next((n for n in (match[kind], match[kind].strip(), unquote(match[kind].strip())) if n in given), None)
        if known is None:
            return match[0]
        if known not in names:  # once for each, however often it is shown
            names[known] = named(given[known])
        start = match.start(kind) - match.start()
        return match[0][:start] + names[known] + match[0][start + len(match[kind]) :]

    given, names = attachments if isinstance(attachments, dict) else {}, dict[str, str]()
    source = PASTED.sub(attached, source)
    return EMBEDDED.sub(lambda match: f"attachment:{named({match[1].lower(): match[2]})}", source), found
