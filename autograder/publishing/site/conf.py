"""Sphinx's settings for the course as a website. Everything that the pages need lies beside them: no network."""

from importlib.resources import files
from typing import Any

MATHJAX = "tex-svg-full.js"  # one file, its letters drawn as outlines: no fonts to be fetched
PACKAGED = files("mathjax")  # of the package django-static-mathjax, which needs no Django

project = "GradSchool"
author = "the GradSchool authors"
html_title = "GradSchool"
extensions = ["myst_nb"]
nb_execution_mode = "off"  # the stored outputs are shown, which the tests compare with what the code gives
nb_merge_streams = True
nb_mime_priority_overrides = [("html", "text/html", 0)]  # a figure with its alternative text
myst_enable_extensions = ["dollarmath", "amsmath"]
suppress_warnings = ["myst.header", "mystnb.unknown_mime_type", "misc.highlighting_failure"]
html_theme = "sphinx_book_theme"
html_theme_options = {"use_download_button": False, "show_toc_level": 2, "home_page_in_toc": True}
html_static_path = ["_static", str(PACKAGED / "static" / "mathjax" / "es5" / MATHJAX)]
html_extra_path = ["_extra"]  # the notebooks to be downloaded
html_css_files = ["course.css"]
templates_path = ["_templates"]
html_copy_source = html_show_sourcelink = False
mathjax_path = MATHJAX

# What an article says instead of what it would: a table's corner that names nothing is no header, and a fold is called
# what stands on it.
INSTEAD = {
    '<th class="head"><p></p></th>': '<td class="head"><p></p></td>',
    '<summary aria-label="Toggle hidden content">': "<summary>",
}


def _accessible(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    for said, instead in INSTEAD.items():
        context["body"] = context.get("body", "").replace(said, instead)


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("html-page-context", _accessible)
