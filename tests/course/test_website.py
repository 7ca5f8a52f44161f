"""The website: every link leads somewhere, figures have alternative text, equations are set, and no solution is on it."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from autograder.lessons.layout import CourseError, lessons
from autograder.publishing.website import build_site, links, page


def broken_links(site: Path) -> list[str]:
    """Internal links, pictures, scripts and styles of all pages that lead nowhere, anchors included."""
    found = (path for path in site.rglob("*.html") if "_static" not in path.parts)  # the theme's templates lie there
    pages = {path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser") for path in found}
    anchors = {path: {tag["id"] for tag in soup.find_all(id=True)} for path, soup in pages.items()}
    broken = []
    for path, soup in pages.items():
        named = [(tag, tag.get("href") or tag.get("src")) for tag in soup.find_all(["a", "img", "link", "script"])]
        for tag, address in named:
            parts = urlsplit(address or "")
            if parts.scheme or parts.netloc or not address:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file() or (
                parts.fragment and tag.name == "a" and parts.fragment not in anchors.get(target, ())
            ):
                broken.append(f"{path.relative_to(site)}: {address}")
    return broken


@pytest.fixture(scope="module")
def small_site(small_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_site(lessons(small_course), tmp_path_factory.mktemp("site")).parent


def test_links_figures_and_equations(small_site: Path) -> None:
    assert broken_links(small_site) == []
    soup = BeautifulSoup((small_site / "unit1_feedforward" / "1_small.html").read_text(), "html.parser")
    article = soup.find("article")
    assert article is not None
    assert all(picture.get("alt") for picture in article.find_all("img"))
    assert (small_site / "_static" / "tex-svg-full.js").stat().st_size > 10**6


def test_a_page_offers_its_notebook_and_where_it_opens_if_an_address_is_set(root: Path, monkeypatch) -> None:
    lesson = lessons(root)[0]
    monkeypatch.delenv("GRADSCHOOL_REPOSITORY", raising=False)
    monkeypatch.setattr("autograder.lessons.address.repository", lambda _: "")
    [only] = BeautifulSoup(links(lesson), "html.parser").find_all("a")
    assert only["href"] == "../notebooks/unit1_feedforward/1_neurons.ipynb" and only.has_attr("download")
    monkeypatch.setenv("GRADSCHOOL_REPOSITORY", "https://github.com/someone/course")
    found = {a.text: a["href"] for a in BeautifulSoup(links(lesson), "html.parser").find_all("a")}
    assert list(found) == ["Download this notebook", "Open in Colab", "Open in Binder"]
    assert found["Open in Colab"].endswith("/someone/course/blob/main/course/unit1_feedforward/1_neurons.ipynb")


def test_a_broken_link_is_seen(small_site: Path, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<a href="b.html">b</a><a href="#c">c</a><a id="d" href="#d">d</a><a href="https://x.org">x</a>'
    )
    assert broken_links(tmp_path) == ["a.html: b.html", "a.html: #c"]


def test_sphinx_warnings_stop_the_build(small_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.publishing.website.INDEX", "# A page\n\n[nowhere](nowhere.ipynb)\n")
    with pytest.raises(CourseError, match="nowhere"):
        build_site(lessons(small_course), tmp_path)


def test_pages_hold_stubs_and_no_checks(root: Path) -> None:
    for lesson in lessons(root):
        for cell in page(lesson).cells:
            assert "BEGIN SOLUTION" not in cell.source and "Rubric" not in cell.source
            assert not (cell.metadata.get("nbgrader")), "the page is no notebook to be handed in"
            assert not (cell.cell_type == "code" and cell.source.startswith("check(") and cell.outputs), lesson


@pytest.mark.soak
def test_the_whole_course_as_a_website(root: Path, tmp_path: Path) -> None:
    site = build_site(lessons(root), tmp_path).parent
    assert broken_links(site) == []
    for lesson in lessons(root):
        soup = BeautifulSoup((site / lesson.unit / f"{lesson.name}.html").read_text(), "html.parser")
        pictures = soup.select("article .cell_output img")
        assert pictures and all(len(picture.get("alt", "")) > 15 for picture in pictures), lesson
        assert soup.select("article .math"), lesson
