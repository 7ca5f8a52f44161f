"""What axe-core says of a page: https://github.com/dequelabs/axe-core (MPL-2.0, in the package axe-playwright-python)."""

from importlib.resources import files
from typing import Any

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# Rules that axe-core itself uses, and one that it tries out: an element's label is part of its name.
OPTIONS = {"resultTypes": ["violations"], "rules": {"label-content-name-mismatch": {"enabled": True}}}
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}


def violations(page: Any, within: str) -> list[str]:
    """One line for each element inside `within` (a CSS selector) that breaks a rule: the rule, and the element's beginning."""
    if not page.evaluate("() => 'axe' in globalThis"):
        page.add_script_tag(content=AXE)
    found = page.evaluate("([within, options]) => axe.run(within, options)", [within, OPTIONS])["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def use_theme(page: Any, theme: str) -> None:
    """Have JupyterLab look light or dark."""
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", THEMES[theme])
    light = "true" if theme == "light" else "false"
    page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{light}'")
