"""A written answer for the instructor's browser: its Markdown without anything live, and the pictures in it."""

import html
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
    (re.compile(r"\\(?=(href|class|style|cssId|require)(?![A-Za-z]))"), ""),
    # A picture from elsewhere would be fetched there by everyone who reads the answer.
    (re.compile(r"!(?=\[[^\]\n]*\]\()"), "*(not shown, for it is not in this notebook:)* "),
    (re.compile(r"!(?=\[)"), "! "),
)
PASTED = re.compile(
    r"""!\[[^\]\n]{0,500}\]\(\s*<?attachment:(?P<markdown>[^)>"\n]{1,300}?)>?(?:\s+"[^"\n]{0,300}")?\s*\)"""
    r"""|<img\s[^<>]{0,500}?src\s*=\s*["']attachment:(?P<html>[^"'<>\n]{1,300})["'][^<>]{0,500}>""",
    re.IGNORECASE,
)
EMBEDDED = re.compile(r"""(?<=[("'<])data:(image/[a-z+.-]{1,40});base64,([A-Za-z0-9+/=]*)""", re.IGNORECASE)


class Album:
    """The pictures of one notebook's written answers: how many may still be shown."""

    def __init__(self, most: int = MOST_PICTURES) -> None:
        self._most, self._left = most, most

    def write(self, cell: Any, source: str, attachments: Mapping[str, Any]) -> None:
        """Put a written answer into our cell, with those of its pictures that can be shown.

        In place of one that cannot stands a sentence. Of an attachment nothing passes but pixels, under our names.
        """
        kept: dict[str, dict[str, str]] = {}
        pieces, end = [], 0
        for reference in PASTED.finditer(source):
            pieces += [harmless(source[end : reference.start()]), self._place(reference, attachments, kept)]
            end = reference.end()
        cell.source = "".join([*pieces, harmless(source[end:])])
        if kept:
            cell["attachments"] = kept

    def _place(
        self, reference: "re.Match[str]", attachments: Mapping[str, Any], kept: dict[str, dict[str, str]]
    ) -> str:
        """What stands in place of a reference. Spaces around it keep it apart from what the student wrote there."""
        try:
            mime, content = self._found(reference["markdown"] or reference["html"], attachments)
        except NotShown as why:
            return f" *(A picture that stood here is not shown, for {why}.)* "
        name = f"picture-{len(kept) + 1}.{mime.partition('/')[2]}"
        kept[name] = {mime: content}
        return f" ![Picture {len(kept)} of this answer](attachment:{name}) "

    def _found(self, name: str, attachments: Mapping[str, Any]) -> tuple[str, str]:
        known = next((n for n in (name, name.strip(), unquote(name.strip())) if n in attachments), None)
        if known is None:
            raise NotShown("its file is not in the notebook")
        if not self._left:
            raise NotShown(f"{self._most} pictures of a notebook are shown at most")
        found = picture(attachments[known])
        self._left -= 1
        return found


def harmless(markdown: str) -> str:
    """Markdown without HTML, without links that run code, without pictures. Mathematics and code stay."""
    markdown = html.unescape(markdown)
    for pattern, plain in LIVE:
        markdown = pattern.sub(plain, markdown)
    return markdown


def without_embedded(source: str, attachments: Any) -> tuple[str, dict[str, Any]]:
    """A Markdown cell's source with pictures that stand in the text itself, as Colab puts them, made attachments."""
    found = {n: a for n, a in attachments.items() if isinstance(n, str)} if isinstance(attachments, dict) else {}

    def take(match: "re.Match[str]") -> str:
        name = f"embedded-{len(found)}"
        while name in found:
            name += "-"
        found[name] = {match[1].lower(): match[2]}
        return f"attachment:{name}"

    return EMBEDDED.sub(take, source), found
