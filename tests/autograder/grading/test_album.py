"""A written answer on a page: Markdown and pasted pictures stay, and nothing of it is live."""

import base64
import io
import random
import re
from typing import Any
from urllib.parse import urlsplit

import nbformat
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.filters import markdown2html
from nbformat.v4 import new_markdown_cell, new_notebook
from PIL import Image

from autograder.grading.album import MOST_PICTURES, Album, harmless, taken_out
from autograder.grading.submission import parsed
from autograder.nbgrader_plugin.pages import GradedPage


def png(color: str = "red", size: tuple[int, int] = (8, 4)) -> str:
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def written(source: str, **attachments: Any) -> Any:
    """Our cell with this answer in it; `photo_png` is an attachment called photo.png."""
    cell = new_markdown_cell("YOUR ANSWER HERE")
    text, pictures = taken_out(source, {name.replace("_", "."): a for name, a in attachments.items()})
    Album(pictures).write(cell, text)
    return cell


def page(cell: Any) -> BeautifulSoup:
    exporter = GradedPage(template_name="classic")
    return BeautifulSoup(exporter.from_notebook_node(new_notebook(cells=[cell]))[0], "html.parser").body


PASTES = {
    "JupyterLab": "Look:\n\n![photo.png](attachment:photo.png)\n\nand so on",
    "with a title": 'Look: ![a photo](attachment:photo.png "My notes") and so on',
    "in angle brackets": "Look: ![](<attachment:photo.png>) and so on",
    "made smaller": "Look: <img src=\"attachment:photo.png\" width='400'/> and so on",
}


@pytest.mark.parametrize("name", PASTES)
def test_a_pasted_picture_is_shown(name: str) -> None:
    cell = written(PASTES[name], photo_png={"image/png": png()})
    assert list(cell.attachments) == ["picture-1.png"]
    shown = page(cell)
    [image] = shown.find_all("img")
    kind, _, content = image["src"].partition(",")
    assert kind == "data:image/png;base64" and image["alt"] == "Picture 1 of this answer"
    assert Image.open(io.BytesIO(base64.b64decode(content))).size == (8, 4)
    assert "Look:" in shown.get_text() and "and so on" in shown.get_text()


def test_several_pictures_keep_their_order() -> None:
    source = "![](attachment:b.png) then ![](attachment:a.png) then ![](attachment:b.png)"
    cell = written(source, a_png={"image/png": png("blue")}, b_png={"image/png": png("red")})
    colors = [
        Image.open(io.BytesIO(base64.b64decode(i["src"].partition(",")[2]))).getpixel((0, 0))
        for i in page(cell).find_all("img")
    ]
    assert colors == [(255, 0, 0), (0, 0, 255), (255, 0, 0)]


def test_a_picture_in_the_text_itself_is_read_as_one_that_is_attached() -> None:
    """As Colab puts it there, and longer than any source may be."""
    noise = base64.b64encode(noisy(600)).decode()
    assert len(noise) > 1_000_000
    notebook = new_notebook(cells=[new_markdown_cell(f"So ![image.png](data:image/png;base64,{noise}) it is.")])
    [cell] = parsed(_bytes(notebook)).cells
    made = new_markdown_cell()
    Album(cell.attachments).write(made, cell.source)
    [image] = page(made).find_all("img")
    assert image["src"].startswith("data:image/jpeg;base64,"), "noise makes a large PNG"
    assert "it is." in page(made).get_text()


def noisy(side: int) -> bytes:
    file = io.BytesIO()
    Image.frombytes("RGB", (side, side), random.Random(0).randbytes(3 * side * side)).save(file, "PNG")
    return file.getvalue()


def _bytes(notebook: Any) -> bytes:
    return nbformat.writes(notebook).encode()


SVG = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg' onload='PWNED()'/>").decode()
NOT_SHOWN = {
    "an SVG": ({"image/svg+xml": SVG}, "neither a PNG nor a JPEG"),
    "an SVG as text": ({"image/svg+xml": "<svg onload='PWNED()'>"}, "it cannot be read"),
    "an SVG called PNG": ({"image/png": SVG}, "neither a PNG nor a JPEG"),
    "a page": ({"text/html": "<script>PWNED()</script>"}, "it is no picture"),
    "a script": ({"application/javascript": "PWNED()"}, "it is no picture"),
    "nothing": ({}, "there is nothing in it"),
    "a number": (7, "there is nothing in it"),
    "a number in it": ({"image/png": 7}, "it cannot be read"),
    "no base64": ({"image/png": "\ud800 \u2028 PWNED"}, "it cannot be read"),
}


@pytest.mark.parametrize("name", NOT_SHOWN)
def test_in_place_of_anything_else_stands_a_sentence(name: str) -> None:
    attachment, why = NOT_SHOWN[name]
    cell = written("Before ![x](attachment:photo.png) after", photo_png=attachment)
    assert "attachments" not in cell
    assert cell.source.startswith("Before  *(A picture that stood here is not shown, for ") and cell.source.endswith(
        " after"
    )
    shown = page(cell).get_text()
    assert why in shown and "A picture that stood here is not shown" in shown and "PWNED" not in shown
    assert not page(cell).find_all("img")


def test_a_picture_that_is_not_there_is_said_to_be_missing() -> None:
    assert "its file is not in the notebook" in written("![x](attachment:photo.png)").source


def test_no_more_pictures_than_a_notebook_may_show() -> None:
    text, pictures = taken_out("![x](attachment:p.png)", {"p.png": {"image/png": png()}})
    album, cells = Album(pictures), [new_markdown_cell() for _ in range(MOST_PICTURES + 1)]
    for cell in cells:
        album.write(cell, text)
    assert all("attachments" in cell for cell in cells[:-1])
    assert f"{MOST_PICTURES} pictures of a notebook are shown at most" in cells[-1].source


def test_pictures_that_cannot_be_shown_are_not_tried_for_ever() -> None:
    text, pictures = taken_out("![x](attachment:p.png)" * 2000, {"p.png": {"image/png": "broken!" * 2_000_000}})
    cell = new_markdown_cell()
    Album(pictures).write(cell, text)
    assert cell.source.count("is larger than 10 MB") + cell.source.count("neither a PNG") == MOST_PICTURES
    assert cell.source.count("shown at most") == 2000 - MOST_PICTURES


BUSY = ("![x](attachment:a" + " " * 1_000_000, "![" * 100_000, "<img src" + " " * 1_000_000, "<img " * 40_000,
        "![](attachment:" * 13_000, "(data:image/png;base64," * 9_000, "![x](" + "\t" * 1_000_000)  # fmt: skip


@pytest.mark.parametrize("text", BUSY)
def test_no_text_keeps_the_grader_busy(text: str) -> None:
    """Where a pattern looks ahead without a bound, this does not end."""
    source, pictures = taken_out(text, {"a": {"image/png": png()}})
    cell = new_markdown_cell()
    Album(pictures).write(cell, source)
    assert "attachments" not in cell


def test_pictures_of_one_name_in_two_cells_are_told_apart() -> None:
    """JupyterLab may call each pasted picture image.png; halves of a split cell may come together again."""
    first, one = taken_out("![x](attachment:image.png)", {"image.png": {"image/png": png("red")}})
    second, two = taken_out("![x](attachment:image%2Epng)", {"image.png": {"image/png": png("blue")}})
    cell = new_markdown_cell()
    Album(one | two).write(cell, f"{first}\n\n{second}")
    assert cell.attachments["picture-1.png"] != cell.attachments["picture-2.png"]


def deep(levels: int) -> Any:
    inner: Any = []
    for _ in range(levels):
        inner = [inner]
    return inner


@pytest.mark.parametrize(
    "attachments", [None, 7, [], {"image.png": None}, {"image.png": [1, {}]}, {7: 7}, {"image.png": deep(90_000)}]
)
def test_attachments_of_no_kind_stop_nothing(attachments: Any) -> None:
    text, pictures = taken_out("![x](attachment:image.png)", attachments)
    cell = new_markdown_cell()
    Album(pictures).write(cell, text)
    assert "is not shown" in cell.source and "attachments" not in cell


def test_an_attachment_that_the_answer_does_not_show_stays_behind() -> None:
    assert "attachments" not in written("because", photo_png={"image/png": png()})


ELSEWHERE = ("![x](https://example.org/spy.png)", "![x][c]\n\n[c]: https://example.org/spy.png",
             "<img src='https://example.org/spy.png'>", "![x](/files/class/gradebook.db)", "![x](photo.png)")  # fmt: skip


@pytest.mark.parametrize("source", ELSEWHERE)
def test_a_picture_from_elsewhere_is_not_fetched_by_who_reads_the_answer(source: str) -> None:
    shown = page(written(source))
    assert not shown.find_all(["img", "iframe", "link", "object"])


def test_what_stands_around_a_picture_makes_nothing_live() -> None:
    source = "<![x](attachment:p.png)CDATA[<script>PWNED()</script>]]> \\![x](attachment:p.png) [a](java![x](attachment:p.png)script:PWNED())"
    shown = page(written(source, p_png={"image/png": png()}))
    assert len(shown.find_all("img")) == 3
    assert not shown.find_all(["script", "a"])


LIVE = (
    "<script>X()</script>", "<img src=x onerror=X()>", "[a](javascript:X())", "[a](JaVaScRiPt:X())", "<javascript:X()>",
    "[a][b]\n\n[b]: javascript:X()", "[a](&#106;avascript:X())", "[a](&amp;#106;avascript:X())", "[a](javascript\\:X())",
    "[a](&ampamp#106;avascript:X())", "[a](javascript&colon;X())", "[a](javascript&amp;colon;X())",
    "[a](data:text/html,X)", "[a](vbscript:X)", "![a](javascript:X)", "![a\" onerror=X() b=\"](c)", "[a](<javascript:X()>)",
    "[a](<java\tscript:X()>)", "$\\href{javascript:X()}{y}$",
    "&lt;script>X()&lt;/script>", "&amp;lt;script>X()", "```html\" onclick=X()\nx\n```", "![a](attachment:b.png)",
)  # fmt: skip


@pytest.mark.parametrize("markdown", LIVE)
def test_nothing_of_a_written_answer_is_live(markdown: str) -> None:
    page = BeautifulSoup(markdown2html(harmless(markdown)), "html.parser")
    assert {tag.name for tag in page.find_all(True)} <= {"p", "a", "img", "pre", "code", "em", "strong"}
    for tag in page.find_all(True):
        assert not set(tag.attrs) - {"href", "src", "alt", "title", "class"}, tag
        for address in (tag.get("href", ""), tag.get("src", "")):
            assert not urlsplit(address).scheme and "&" not in address, tag
    assert "\\href" not in page.get_text()


@pytest.mark.parametrize(
    "markdown",
    ["**bold**, *x* and `code`", "$\\frac{a}{b} < c$ and\n$$\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}$$",
     "- one\n- two\n\n1. R&D\n2. the data: digits", "[a page](https://example.org/a?b=c&d=e)", "x < y, x <= y, 2 > 1"],
)  # fmt: skip
def test_plain_markdown_and_mathematics_stay(markdown: str) -> None:
    def shown(text: str) -> str:
        return BeautifulSoup(markdown2html(text), "html.parser").decode()

    assert shown(harmless(markdown)) == shown(markdown)


def test_a_comparison_in_mathematics_or_code_keeps_its_meaning() -> None:
    page = markdown2html(harmless("$a<b$ and `a<b`"))
    assert "$a&lt; b$" in page
    assert "<code>a&lt; b</code>" in page


@given(st.text("<>&#;:/\\()[]!javscript106ampltdf \n\"'"))
def test_no_text_makes_a_tag_or_a_scheme(markdown: str) -> None:
    plain = harmless(markdown)
    assert not re.search("<[a-z/!]", plain)
    assert not re.search(r"javascript\\?:\S", plain)
