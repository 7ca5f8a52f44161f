"""Formulas of the course and of students as MathML."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from nbconvert.filters.markdown_mistune import MarkdownWithMath

from autograder.nbgrader_plugin import pages
from autograder.nbgrader_plugin.formulas import LONGEST, mathml


def test_every_formula_of_the_course_becomes_mathml(root: Path) -> None:
    """None is left as TeX in the cells that graders and students read."""
    left, seen = [], 0
    for path in sorted((root / "solutions").glob("*/*.ipynb")):
        for cell in json.loads(path.read_text())["cells"]:
            if cell["cell_type"] == "markdown":
                renderer = pages.Renderer(escape=False, attachments=cell.get("attachments"))
                html = MarkdownWithMath(renderer=renderer).render("".join(cell["source"]))
                seen += html.count("<math")
                left += [(path.name, part[:80]) for part in html.split('gradschool-formula"><code>')[1:]]
    assert seen > 500 and left == []


@pytest.mark.parametrize(
    ("tex", "drawn"),
    [
        (r"\big( x \Big)", "(x)"),
        (r"x_1 \dots x_S", "x1…xS"),
        (r"\sigma(0) = ½", "σ(0)=½"),
        (r"^{3/4}", "3/4"),
        (r"\underbrace{a}_{\texttt{dout[:, t]}}", "a⏟dout[:, t]"),
        (r"a < b", "a<b"),
    ],
)
def test_what_it_draws(tex: str, drawn: str) -> None:
    html = mathml(tex, block=False)
    element = ElementTree.fromstring(html)
    assert element.find(".//{http://www.w3.org/1998/Math/MathML}math") is not None, html
    assert "".join(element.itertext()).replace("\N{FUNCTION APPLICATION}", "") == drawn


HOSTILE = [
    r"\text{<script>PWNED()</script>}",
    r"\href{javascript:PWNED()}{x}",
    r"\hspace{1em\" onmouseover=\"PWNED()} x",
    r"\class{a}{x} \style{PWNED}{x} \unicode{60}",
    r"\def\x{\x\x}\x",
    "{" * 4000,
    r"\frac{" * 900,
    r"\sqrt" * 900,
    "x" * (LONGEST + 1),
    "<img src=x onerror=PWNED()>",
    "\x00\ufffe",
    "",
]


@pytest.mark.parametrize("tex", HOSTILE)
@pytest.mark.parametrize("block", [True, False])
def test_nothing_in_a_formula_is_live_or_stops_the_page(tex: str, block: bool) -> None:
    page = BeautifulSoup(mathml(tex, block), "html.parser")
    for tag in page.find_all(True):
        assert tag.name not in ("script", "img", "a", "iframe", "svg", "style")
        assert not any(name.startswith("on") or name in ("href", "src", "style", "xlink:href") for name in tag.attrs), (
            tag
        )
