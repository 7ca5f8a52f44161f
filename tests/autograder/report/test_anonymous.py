"""The form of an answer: the same for all who wrote the same, and nothing of a student's own in it."""

import pytest

from autograder.report.anonymous import anonymous
from autograder.spec import catalogue

SOFTMAX = catalogue.find("softmax")
ANNA = '''
%matplotlib inline
import torch
PHONE = "0123 456"
def annas_helper(scores: torch.Tensor, anna: int = 3):
    """Anna's own."""
    if anna > 2:
        print("anna was here")
    return scores.exp() * anna  # anna wrote this
def softmax(x: torch.Tensor) -> torch.Tensor:
    anna_e = annas_helper(x, anna=2)
    rows = torch.einsum("ij->i", anna_e)
    told = f"anna {rows}"
    return anna_e / anna_e.sum(dim=0)
print(softmax(torch.ones(3)))
'''
DEEP = "def softmax(z):\n    return " + "-" * 900 + "z"  # nested deeper than Python writes out again
FORM = """import torch

def f1(v1, v2=3):
    if v2 > 2:
        pass
    return v1.exp() * v2

def softmax(z):
    v3 = f1(z, v2=2)
    v4 = torch.einsum('ij->i', v3)
    v5 = '…'
    return v3 / v3.sum(dim=0)"""


def test_nothing_of_the_authors_own_is_left() -> None:
    assert anonymous(ANNA, SOFTMAX) == FORM


def test_renamed_and_reformatted_answers_have_one_form_and_others_have_not() -> None:
    renamed = ANNA.replace("anna", "bob").replace("rows", "lines").replace("scores", "w").replace("(x", "(logits")
    assert anonymous(renamed, SOFTMAX) == FORM
    assert anonymous(ANNA.replace("dim=0", "dim=1"), SOFTMAX) != FORM
    assert anonymous("def softmax(z): return max(z)", SOFTMAX) != anonymous("def softmax(z): return min(z)", SOFTMAX)


def test_a_form_is_a_program_and_its_own_form() -> None:
    compile(FORM, "form", "exec")
    assert anonymous(FORM, SOFTMAX) == FORM


@pytest.mark.parametrize("source", ["", "def softmax(z:", "def other(z): return z", "softmax(3)", "x" * 200_000, DEEP])
def test_without_a_definition_there_is_no_form(source: str) -> None:
    assert anonymous(source, SOFTMAX) == ""


def test_a_class_keeps_what_the_task_asks_for_and_no_other_name() -> None:
    source = """
class Autoencoder(nn.Module):
    def __init__(self, anna):
        super().__init__()
        self.annas = nn.Linear(3, anna)
        self.encoder = nn.Linear(3, anna)
    def anna_does(self, x):
        return self.annas(x)
    def forward(self, x):
        return self.anna_does(x)
"""
    form = anonymous(source, catalogue.find("autoencoder"))
    assert "anna" not in form
    assert "self.encoder = nn.Linear(3, v1)" in form and "def forward(self, " in form and "super().__init__()" in form
    stored, called = form.split("self.")[1].split(" ")[0], form.rsplit("self.", 1)[1].split("(")[0]
    assert f"return self.{stored}(" in form and f"def {called}(self, " in form


def test_a_plain_value_has_a_form() -> None:
    exercise = catalogue.find("count_mlp_parameters")
    assert anonymous("sizes = [1, 2]\ncount_mlp_parameters = sum(sizes) * 3", exercise) == (
        "v1 = [1, 2]\ncount_mlp_parameters = sum(v1) * 3"
    )
