"""Roads to what an answer should have written itself: each is seen while it runs, or when it is read."""

import pytest
import torch
import torch.nn.functional as F

from autograder.checking.assess import assess, question
from autograder.checking.forbidden import CONCEPTS, read, spellings
from autograder.checking.forbidden.tracing import _look_up
from autograder.checking.verdict import State
from autograder.spec import Exercise, catalogue

SEED = 5
softmax = catalogue.find("softmax")
NAMES, OPERATIONS = spellings(("softmax",), softmax.reference)

ROADS = {
    "torch.softmax": lambda z: torch.softmax(z, -1),
    "method": lambda z: z.softmax(-1),
    "functional": lambda z: F.softmax(z, -1),
    "module": lambda z: torch.nn.Softmax(-1)(z),
    "log": lambda z: torch.log_softmax(z, -1).exp(),
    "special": lambda z: torch.special.softmax(z, -1),
    "logsumexp": lambda z: (z - z.logsumexp(-1, keepdim=True)).exp(),
    "operator": lambda z: torch.ops.aten._softmax(z, -1, False),
    "getattr": lambda z: getattr(torch, "soft" + "max")(z, -1),
    "exec": lambda z: eval("torch.softmax(z, -1)"),
    "reference": lambda z: softmax.reference(z),
    "jit": torch.jit.script(torch.nn.Softmax(-1)),
}


@pytest.mark.parametrize("road", ROADS)
def test_a_call_is_seen_while_the_answer_runs(road: str) -> None:
    verdict = assess(softmax, ROADS[road], SEED, [])
    assert (verdict.points, verdict.state) == (0, State.FORBIDDEN), verdict.reason


@pytest.mark.parametrize("exercise", [e for e in catalogue.all_exercises() if e.uses], ids=lambda e: e.id)
def test_what_is_lent_calls_nothing_that_its_borrower_may_not(exercise: Exercise) -> None:
    """So the guard need never look away, and there is no switch to be found."""
    for answer in exercise.alternatives.values():
        notes = question(exercise, answer, SEED).notes
        assert (notes.calls, notes.device) == ([], "")


def test_watching_leaves_no_hook_behind() -> None:
    import sys

    assess(softmax, ROADS["torch.softmax"], SEED, [])
    assert sys.getprofile() is None
    assert torch.utils._python_dispatch._get_current_dispatch_mode() is None


CERTAIN = {
    "plain": "import torch\ndef softmax(z):\n    return torch.softmax(z, -1)",
    "alias": "import torch as t\ndef softmax(z):\n    return t.softmax(z, -1)",
    "from": "from torch.nn.functional import softmax as sm\ndef softmax(z):\n    return sm(z, -1)",
    "submodule": "from torch import nn\ndef softmax(z):\n    return nn.functional.softmax(z, dim=-1)",
    "assigned": "import torch\nF = torch.nn.functional\ndef softmax(z):\n    return F.softmax(z, -1)",
    "helper": "import torch\ndef helper(z):\n    return torch.softmax(z, -1)\ndef softmax(z):\n    return helper(z)",
    "in a nested function": "import torch\ndef p(z):\n    return torch.softmax(z, -1)\n"
    "def softmax(z):\n    def inner():\n        return p(z)\n    return inner()",
    "inside": "def softmax(z):\n    import torch\n    return torch.softmax(z, -1)",
    "reference": "from gradschool.feedforward.activations import softmax as s\ndef softmax(z):\n    return s(z)",
    "magic": "%matplotlib inline\nimport torch\ndef softmax(z):\n    return torch.softmax(z, -1)",
}
DOUBTFUL = {
    "method": "def softmax(z):\n    return z.softmax(-1)",
    "getattr": "import torch\ndef softmax(z):\n    return getattr(torch, 'soft' + 'max')(z, -1)",
    "exec": "def softmax(z):\n    exec('import torch')\n    return z",
    "operator": "import torch\ndef softmax(z):\n    return torch.ops.aten._softmax(z, -1, False)",
}
HARMLESS = {
    "own": "def softmax(z):\n    return z.exp() / z.exp().sum(-1, keepdim=True)",
    "unused": "import torch\ndef other(z):\n    return torch.softmax(z, -1)\ndef softmax(z):\n    return z.exp()",
    "replaced": "import torch\nfrom torch import softmax\ndef softmax(z):\n    return z.exp()",
    "broken": "def softmax(z):\n    return (((",
    "variable": "import torch\ndef p(z):\n    return torch.softmax(z, -1)\ndef softmax(z):\n    p = z.exp()\n    return p",
    "argument": "import torch\ndef z(x):\n    return torch.softmax(x, -1)\ndef softmax(z):\n    return z.exp()",
    "comment": "def softmax(z):\n    # torch.softmax(z) would do\n    return z.exp()",
}


@pytest.mark.parametrize("name", CERTAIN)
def test_a_forbidden_name_is_read(name: str) -> None:
    assert read("softmax", CERTAIN[name].split("\ndef ", 0), NAMES).certain


@pytest.mark.parametrize("name", DOUBTFUL)
def test_a_doubtful_place_is_flagged_and_not_punished(name: str) -> None:
    reading = read("softmax", [DOUBTFUL[name]], NAMES)
    assert reading.doubtful and not reading.certain


@pytest.mark.parametrize("name", HARMLESS)
def test_what_the_answer_does_not_use_is_left_alone(name: str) -> None:
    reading = read("softmax", [HARMLESS[name]], NAMES)
    assert not reading.certain and not reading.doubtful


def test_a_later_cell_replaces_an_earlier_one() -> None:
    cells = ["import torch\ndef softmax(z):\n    return torch.softmax(z, -1)", "def softmax(z):\n    return z.exp()"]
    assert not read("softmax", cells, NAMES).certain


def test_no_two_units_name_different_concepts_alike() -> None:
    from autograder.checking.forbidden.concepts import UNITS

    assert sum(len(unit.CONCEPTS) for unit in UNITS) == len(CONCEPTS)


@pytest.mark.parametrize("concept", CONCEPTS)
def test_every_concept_names_something_that_exists(concept: str) -> None:
    """Spellings that this torch does not have are allowed, a concept without any that exist is a typing error."""
    names = [n for n in CONCEPTS[concept].names if n.startswith("torch.")]
    if names:
        assert any(_look_up(name) is not None for name in names)
    for operation in CONCEPTS[concept].operations:
        assert hasattr(torch.ops.aten, operation.removeprefix("aten::")), operation


def test_an_endless_expression_is_a_doubtful_one() -> None:
    deep = "def softmax(z):\n    return " + "+".join(["z.a"] * 5000)
    reading = read("softmax", [deep], NAMES)
    assert not reading.certain
    assert read("softmax", ["softmax = " + "(" * 300 + "z" + ")" * 300], NAMES).certain == []


def test_of_functions_of_torch_that_share_their_code_the_right_one_is_named() -> None:
    exercise = catalogue.find("max_pool2d")

    def pooled(x, kernel, stride=None, padding=0):
        out = torch.nn.functional.max_pool2d(x, kernel, stride, padding)
        return out, out

    reason = assess(exercise, pooled, 3, []).reason
    assert "max_pool2d" in reason and "max_pool1d" not in reason and "max_pool3d" not in reason
