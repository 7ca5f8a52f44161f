"""Graded notebooks as pages, Formgrader's and feedback's: with nbgrader's templates, and nothing from another host."""

import sys
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from traitlets import default

from autograder.nbgrader_plugin.by_hand import for_graders
from autograder.nbgrader_plugin.formulas import mathml
from autograder.nbgrader_plugin.sanitise import harmless_html

TEMPLATES = Path(__file__).parent / "templates"
FORMGRADER = "nbgrader.server_extensions.formgrader.base"  # imported by Jupyter's server alone


class Renderer(IPythonRenderer):  # type: ignore[misc]
    """Markdown as nbconvert renders it, with formulas as MathML."""

    def block_math(self, body: str) -> str:
        return mathml(body, block=True)

    def inline_math(self, body: str) -> str:
        return mathml(body, block=False)

    def latex_environment(self, name: str, body: str) -> str:
        return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True)


class GradedPage(HTMLExporter):  # type: ignore[misc]
    """nbconvert's HTML exporter for graded notebooks."""

    @default("extra_loaders")
    def _our_templates_first(self) -> list[Any]:
        own = [TEMPLATES / "feedback"] if self.template_name == "feedback" else []
        return [FileSystemLoader([str(folder) for folder in (*own, TEMPLATES)])]

    def from_notebook_node(self, nb: Any, resources: Any = None, **options: Any) -> tuple[str, Any]:
        """As nbconvert's; what is said to graders is not on a student's page."""
        if self.template_name == "feedback":
            nb.cells = [cell for cell in nb.cells if not for_graders(cell)]
        made: tuple[str, Any] = super().from_notebook_node(nb, resources, **options)
        return made

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """As nbconvert's, with our renderer, and sanitised; pictures come from the cell's attachments."""
        attachments = context.get("cell", {}).get("attachments", {})
        renderer = Renderer(
            escape=False,
            attachments=attachments,
            exclude_anchor_links=True,  # they lead to ids, and those are the page's own
        )
        return harmless_html(str(MarkdownWithMath(renderer=renderer).render(source)))


def formgraders_exporter(handler: Any) -> HTMLExporter:
    """For a handler of Formgrader's: its exporter, as ours."""
    settings = handler.settings
    if "gradschool_exporter" not in settings:
        settings["gradschool_exporter"] = GradedPage(config=settings["nbgrader_exporter"].config)
    return settings["gradschool_exporter"]


def show_in_formgrader() -> None:
    """Have Formgrader make its pages by this exporter, in the process that serves it; elsewhere nothing happens."""
    served = sys.modules.get(FORMGRADER)
    if served is not None:
        served.BaseHandler.exporter = property(formgraders_exporter)
