"""What is replaced of nbgrader's code: a new release of it is read before it is used."""

import hashlib
import inspect
import re
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbgrader.apps.api
import nbgrader.converters.autograde
import nbgrader.converters.base
import nbgrader.converters.generate_assignment
import nbgrader.converters.generate_feedback
import nbgrader.exchange.default.collect
import nbgrader.exchange.default.exchange
import nbgrader.preprocessors.execute
import nbgrader.preprocessors.getgrades
import nbgrader.preprocessors.latesubmissions
import nbgrader.preprocessors.saveautogrades
import nbgrader.server_extensions.formgrader.base
import nbgrader.server_extensions.formgrader.formgrader
import nbgrader.validator
import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default.release_assignment import ExchangeReleaseAssignment
from nbgrader.exchange.default.release_feedback import ExchangeReleaseFeedback
from nbgrader.exchange.exchange_factory import ExchangeFactory

from autograder.nbgrader_plugin import opened, patches
from autograder.nbgrader_plugin.autograde import Autograde
from autograder.nbgrader_plugin.collect import Collect
from autograder.nbgrader_plugin.generate import GenerateAssignment
from autograder.nbgrader_plugin.pages import GradedPage, formgraders_exporter

# Digests of the code that ours replaces, overrides or relies on, in nbgrader 0.9.6.
READ: dict[str, tuple[Any, str]] = {
    "the autograding converter": (nbgrader.converters.autograde.Autograde, "8ed4b2293357d5dc"),
    "the converter beneath": (nbgrader.converters.base.BaseConverter, "5dfd13ac311f85d5"),
    "the releasing converter": (nbgrader.converters.generate_assignment.GenerateAssignment, "1ab21c363d3ca87d"),
    "timestamps": (patches.STOCK_TIMESTAMP, "187a451f7b844155"),
    "feedback in the exchange": (patches.STOCK_COPY_FILES, "32ebfc60e9d2caaf"),
    "a release in the exchange": (patches.STOCK_COPY_RELEASE, "2c20bcb29ae6c6f8"),
    "submissions": (Gradebook.update_or_create_submission, "abee451ffde6c4c3"),
    "collecting": (nbgrader.exchange.default.collect.ExchangeCollect, "7713aa2d4fe590a8"),
    "the exchange": (nbgrader.exchange.default.exchange.Exchange, "1504ccc88359c95d"),
    "late submissions": (nbgrader.preprocessors.latesubmissions, "56eefd9d317c8b89"),
    "Formgrader's handlers": (nbgrader.server_extensions.formgrader.base.BaseHandler, "8c2915395d19ab75"),
    "Formgrader's exporter": (nbgrader.server_extensions.formgrader.formgrader.FormgradeExtension, "5808570cdbd5c21f"),
    "the feedback converter": (nbgrader.converters.generate_feedback.GenerateFeedback, "8b8c318191df1af9"),
    "grades in feedback": (nbgrader.preprocessors.getgrades, "8a591cf5a49086e5"),
    "running to validate": (nbgrader.preprocessors.execute, "4133c41e16c465de"),
    "Validate": (nbgrader.validator, "2d309211a2a112ef"),
    "saving grades": (nbgrader.preprocessors.saveautogrades, "e4ff90adc2563b68"),
    "Formgrader's autograde": (nbgrader.apps.api.NbGraderAPI.autograde, "99d6b171e65d81b5"),
    "Formgrader's generate": (nbgrader.apps.api.NbGraderAPI.generate_assignment, "e8f9980217fc4c59"),
}


@pytest.mark.parametrize("what", READ)
def test_it_is_the_code_that_was_read(what: str) -> None:
    code, digest = READ[what]
    now = hashlib.sha256(inspect.getsource(code).encode()).hexdigest()[:16]
    assert now == digest, (
        f"nbgrader {version('nbgrader')} changed {what}: read it, see that nbgrader_plugin still fits, "
        f"and write down its digest, {now}"
    )


def test_formgraders_page_asks_of_mathjax_what_our_page_gives() -> None:
    """Its script listens to keys only after MathJax 2 has said that it ended; see `templates/mathjax.html.j2`."""
    static = Path(nbgrader.server_extensions.formgrader.formgrader.handlers.static_path)
    script = (static / "js" / "formgrade.js").read_text()
    assert re.findall(r"MathJax[\w.]*", script) == [
        "MathJax.loaded",
        "MathJax.Hub.Startup.signal.Interest",
        "MathJax.loaded",
    ]
    assert 'if (message === "End")' in script


def test_binding_twice_is_binding_once() -> None:
    from traitlets.config import Config

    config = Config()
    patches.bind(config)
    patches.bind(config)
    assert nbgrader.apps.api.Autograde is Autograde
    assert nbgrader.apps.api.GenerateAssignment is GenerateAssignment
    assert CourseDirectory.get_existing_timestamp is patches.existing_timestamp
    handler = SimpleNamespace(settings={"nbgrader_exporter": HTMLExporter()})
    assert isinstance(formgraders_exporter(handler), GradedPage)
    assert formgraders_exporter(handler) is formgraders_exporter(handler)
    assert nbgrader.server_extensions.formgrader.base.BaseHandler.exporter.fget is formgraders_exporter
    assert ExchangeReleaseFeedback.copy_files is patches.copy_feedback
    assert ExchangeReleaseAssignment.copy_files is patches.copy_release
    assert config.ExchangeFactory.collect == "autograder.nbgrader_plugin.collect.Collect"
    assert ExchangeFactory(config=config).collect is Collect
    assert config.Autograde.autograde_preprocessors == list(patches.AUTOGRADE_STEPS)


def test_steps_open_the_gradebook_that_is_open_and_get_their_own_back() -> None:
    before = [step.Gradebook for step in opened.STEPS]
    mine = object()
    with pytest.raises(ZeroDivisionError), opened.every_step_opens(mine):
        assert all(step.Gradebook("sqlite://", "course") is mine for step in opened.STEPS)
        raise ZeroDivisionError
    assert [step.Gradebook for step in opened.STEPS] == before
