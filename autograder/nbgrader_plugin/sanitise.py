"""HTML that was made from what students write, made harmless once more by a sanitiser that others keep (nh3, ammonia).

It sees what a browser would see, after Markdown was rendered, so that no spelling of Markdown or of TeX gets around it.
What stays is text, its structure, formulas, coloured code and pictures that lie in the page itself. Nothing is fetched,
nothing runs, and no id is taken: the page's own elements are found by theirs.
"""

import re
from typing import Any

import nh3
from pygments.token import STANDARD_TYPES


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TEXT = _words(
    "p br hr h1 h2 h3 h4 h5 h6 blockquote pre code em strong b i u s del ins sub sup small kbd samp var q abbr mark "
    "ul ol li dl dt dd table caption thead tbody tfoot tr td th details summary div span a img"
)
MATHML = _words(
    "math merror menclose mfrac mi mn mo mover mpadded mphantom mroot mrow mspace msqrt mstyle msub msubsup msup "
    "mtable mtd mtext mtr munder munderover"
)
FORMED = _words(  # how a formula is set; none of them names another place or runs
    "accent accentunder columnalign columnlines columnspacing depth display displaystyle fence form frame height "
    "largeop linethickness lspace mathsize mathvariant maxsize minsize movablelimits notation rowalign rowlines "
    "rowspacing rspace scriptlevel separator stretchy symmetric voffset width xmlns"
)
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan"},
    "ol": {"start"},
    "details": {"open"},
    **{tag: set(FORMED) for tag in MATHML},
}
CLASSES: dict[str, set[str]] = {
    "div": {"gradschool-formula", "highlight"},
    "span": {"gradschool-formula", *filter(None, STANDARD_TYPES.values())},
    "pre": {"highlight"},
    **{tag: {"mathopen", "mathclose", "ams-align", "ams-cases", "capital-greek", "boldmath"} for tag in MATHML},
}
PICTURE = re.compile(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=\s]*")
ELSEWHERE = re.compile(r"https?://[^/\s]", re.IGNORECASE)


def harmless_html(html: str) -> str:
    """The same HTML without anything that acts, hides, loads, or bears an id."""
    return nh3.clean(
        html,
        tags=set(TEXT | MATHML),
        clean_content_tags={"script", "style"},
        attributes=ATTRIBUTES,
        attribute_filter=_kept,
        allowed_classes=CLASSES,
        url_schemes={"http", "https", "mailto", "data"},  # where data is meant is said below
        link_rel="noopener noreferrer nofollow",
    )


def _kept(tag: str, name: str, value: str) -> Any:
    """An attribute's value, or None: pictures come from the page itself, links lead to it or to other hosts by name.

    A link without a host would lead to the server that shows the page, as who looks at it: `/logout`, say.
    """
    if name == "src":
        return value if PICTURE.fullmatch(value) else None
    if name == "href":
        return value if value.startswith(("#", "mailto:")) or ELSEWHERE.match(value) else None
    return value
