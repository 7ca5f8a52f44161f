"""HTML of a page's Markdown after it was rendered: structure, formulas and pictures of its own, and nothing that acts."""

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.filters.markdown_mistune import MarkdownWithMath
from nbformat.v4 import new_markdown_cell, new_notebook

from autograder.grading.album import harmless
from autograder.nbgrader_plugin.pages import GradedPage, Renderer
from autograder.nbgrader_plugin.sanitise import harmless_html

PNG = "data:image/png;base64,iVBORw0KGgo="
ACTS = {
    "a script": "<script>PWNED()</script>",
    "a handler": "<p onclick=PWNED()>x</p><img src=x onerror=PWNED()>",
    "a drawing": "<svg onload=PWNED()><a href='javascript:PWNED()'>x</a></svg>",
    "a frame": "<iframe srcdoc='<script>PWNED()</script>'></iframe><object data=x></object><embed src=x>",
    "a link that runs": "<a href='javascript:PWNED()'>x</a><a href=' java\nscript:PWNED()'>y</a>",
    "a link with a page in it": "<a href='data:text/html,PWNED'>x</a>",
    "a link to this server": "<a href='/logout'>x</a><a href='logout'>y</a><a href='//elsewhere.org/x'>z</a>",
    "a picture from this server": "<img src='/logout'><img src='../logout'>",
    "a picture from elsewhere": "<img src='https://elsewhere.org/x.png'><img srcset='https://elsewhere.org/x.png 2x'>",
    "a picture that is a drawing": "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
    "a style": "<style>@import 'https://elsewhere.org';</style><p style='background: url(https://elsewhere.org)'>x</p>",
    "a form": "<form action='/logout'><input name=x><button>x</button></form>",
    "a base": "<base href='https://elsewhere.org'><meta http-equiv=refresh content='0;url=/logout'><link href=x>",
    "an id of the page's own": "<p id=why-shift name=why-shift class='score btn'>x</p>",
    "a formula with HTML in it": "<math><mtext><img src=x onerror=PWNED()></mtext><maction href='javascript:x'>",
    "what browsers mend into a script": "<math><mtext><table><mglyph><style><!--</style><img title='--><img src=x>'>",
    "a sound and a film": "<audio src=x autoplay></audio><video poster=x></video>",
}


@pytest.mark.parametrize("what", ACTS)
def test_nothing_acts_or_loads(what: str) -> None:
    assert_dead(harmless_html(ACTS[what]))


def assert_dead(html: str) -> None:
    allowed = {"href", "title", "rel", "src", "alt", "class", "xmlns", "open", "start", "align", "colspan", "rowspan"}
    for tag in BeautifulSoup(html, "html.parser").find_all(True):
        assert tag.name not in (
            "script", "style", "svg", "iframe", "object", "embed", "form", "input", "base", "meta", "link", "audio",
        )  # fmt: skip
        if not tag.find_parent("math") and tag.name != "math":
            assert set(tag.attrs) <= allowed, tag
        assert not {"id", "name", "style", "onerror", "onclick"} & set(tag.attrs), tag
        assert tag.get("href", "#").startswith(("#", "http://", "https://", "mailto:")), tag
        assert tag.get("src", PNG).startswith(("data:image/png;base64,", "data:image/jpeg;base64,")), tag


def test_what_people_write_stays() -> None:
    kept = (
        f'<h2>Why</h2><p>Because <em>a</em> &lt; <strong>b</strong>.</p><img src="{PNG}" alt="mine">'
        '<table><tbody><tr><td align="left">1</td></tr></tbody></table><ol start="3"><li>x</li></ol>'
        '<div class="highlight"><pre><span class="kn">import</span></pre></div><details open=""><summary>s</summary></details>'
    )
    assert harmless_html(kept) == kept
    link = harmless_html('<a href="https://pytorch.org/docs">docs</a>')
    assert link == '<a href="https://pytorch.org/docs" rel="noopener noreferrer nofollow">docs</a>'


def test_the_courses_own_text_and_formulas_are_not_changed(root: Path) -> None:
    """As a browser reads them: it ends a paragraph before a formula of its own line, and so does the sanitiser."""
    seen = 0
    for path in sorted((root / "solutions").glob("*/*.ipynb")):
        for cell in json.loads(path.read_text())["cells"]:
            if cell["cell_type"] == "markdown":
                renderer = Renderer(escape=False, attachments={}, exclude_anchor_links=True)
                html = MarkdownWithMath(renderer=renderer).render("".join(cell["source"]))
                assert shape(harmless_html(html)) == shape(html), path.name
                seen += html.count("<math")
    assert seen > 500


def shape(html: str) -> list[tuple[str, object]]:
    """Tags but paragraphs, with their attributes but ids and where links lead from; and the text."""
    page = BeautifulSoup(html, "html.parser")
    tags = [
        (tag.name, sorted((k, str(v)) for k, v in tag.attrs.items() if k not in ("id", "rel")))
        for tag in page.find_all(True)
        if tag.name != "p"
    ]
    return [*tags, ("text", "".join(page.get_text().split()))]


WRITTEN = [
    r"![](/logout) ![x](https://elsewhere.org/x.png) ![y][r]" + "\n\n[r]: /logout",
    r"[a](<javascript: PWNED()>) [b]( javascript :PWNED()) <javascript: PWNED()>",
    r"$\href{javascript:PWNED()}{x}$ $\\href{javascript:PWNED()}{x}$ $$\\\\href{javascript:PWNED()}{y}$$",
    r"$\csname href\endcsname{javascript:PWNED()}{x} \class{c}{x} \cssId{why-shift}{x} \style{color:red}{x}$",
    r"$\require{html} \htmlData{x=y}{z} \bbox[background:url(https://elsewhere.org)]{x}$",
    "# why-shift\n\n<div id='why-shift' style='position:fixed'>over all</div>",
    "```html\n<script>PWNED()</script>\n```",
    "[a]:/logout\n\n[a] [leave](/hub/logout) <a href=/logout>b</a>",
]


@pytest.mark.parametrize("source", WRITTEN)
@pytest.mark.parametrize("first", [harmless, str], ids=["as it is graded", "had the first wall failed"])
def test_a_written_answer_on_a_page(source: str, first: object) -> None:
    """Each of the two walls is enough: what the rebuild does to Markdown, and what the page does to its HTML."""
    cell = new_markdown_cell(first(source))  # type: ignore[operator]
    html, _ = GradedPage(template_name="basic").from_notebook_node(new_notebook(cells=[cell]))
    rendered = BeautifulSoup(html, "html.parser").select(".rendered_html, .jp-RenderedHTMLCommon, .text_cell_render")
    assert rendered
    for each in rendered:
        assert_dead(each.decode_contents())


@pytest.mark.parametrize("source", [r"\href", r"\\href", r"\\\href", r"\cssId", r"\csname", r"\bbox", r"\htmlStyle"])
def test_no_macro_of_mathjaxs_that_acts_is_left(source: str) -> None:
    """The graded notebook may be opened in JupyterLab, which draws formulas by MathJax."""
    assert "\\" not in harmless(f"${source}{{x}}{{y}}$")
    assert harmless(r"$\hrefs \classes \alpha$") == r"$\hrefs \classes \alpha$"


@given(st.text("<>&;#\"'/\\()[]!`$ \n\tajvscriptonerror=:.x0dmthgfpyl", max_size=80))
def test_nothing_acts_whatever_is_written(source: str) -> None:
    for text in (source, harmless(source)):
        assert_dead(harmless_html(str(MarkdownWithMath(renderer=Renderer(escape=False, attachments={})).render(text))))
