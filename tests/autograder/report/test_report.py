"""The class page: its numbers against a closed form, and nothing of a student's made live on it."""

import inspect

import numpy as np
import pytest

from autograder.demo.answers import as_cell
from autograder.nbgrader_plugin.remarks import Remark
from autograder.report import similarity, statistics
from autograder.report.page import page
from autograder.report.results import Result, Results, Written
from autograder.spec import catalogue

SCRIPT = "<script>PWNED()</script>"


def result(student, question, points, most=4.0, state="checked", misconceptions=(), answer="", **more):
    return Result(student, question, points, most, state, tuple(misconceptions), answer=answer, **more)


@pytest.fixture
def small_class():
    rows = []
    for i, (a, b, c) in enumerate([(4, 2, 0), (4, 1, 1), (2, 0, 2), (0, 0, 3)]):
        rows += [result(f"s{i}", "softmax", a), result(f"s{i}", "relu", b, 2.0), result(f"s{i}", "tanh", c, 3.0)]
    return Results(rows)


def test_difficulty_and_discrimination_are_what_they_are_called(small_class):
    softmax, relu, tanh = statistics.questions(small_class)
    assert softmax.difficulty == pytest.approx((1 + 1 + 0.5 + 0) / 4)
    assert (softmax.right, relu.right, tanh.right) == (2, 1, 1)
    shares, rest = [1, 1, 0.5, 0], [2, 2, 2, 3]
    assert softmax.discrimination == pytest.approx(np.corrcoef(shares, rest)[0, 1])
    assert tanh.discrimination is not None and tanh.discrimination < 0  # who knows the rest fails here


def test_where_nothing_varies_nothing_is_said_of_discrimination():
    same = Results([result(f"s{i}", q, 4) for i in range(5) for q in ("softmax", "relu")])
    assert [q.discrimination for q in statistics.questions(same)] == [None, None]
    assert "–" in page(same, "unit")


def test_mistakes_are_counted_in_the_words_that_students_read():
    rows = [result(f"s{i}", "softmax", 0, misconceptions=["over_the_batch"]) for i in range(3)]
    rows += [result("t", "softmax", 0, misconceptions=["overflows"]), result("u", "softmax", 0, state="unattempted")]
    first, second = statistics.mistakes(Results(rows))
    assert (first.count, first.title) == (3, "sums to one over the batch, not over the classes")
    assert first.share == pytest.approx(3 / 4) and second.count == 1


def test_unexplained_answers_are_shown_without_names_and_without_life():
    wrong = f"def softmax(z):\n    anna = '{SCRIPT}'\n    return z  # anna-karenina"
    unreadable = f"def softmax(z:\n  {SCRIPT}"
    rows = [result("anna-karenina", "softmax", 0, answer=wrong), result("levin", "softmax", 4)]
    rows += [result("kitty", "softmax", 0, answer=unreadable, diagnoses=(SCRIPT,), means=("pattern",))]
    text = page(Results(rows), "unit1_feedforward")
    assert "v1 = &#39;…&#39;\n    return z" in text and "Its source cannot be read." in text
    assert SCRIPT not in text and "&lt;script&gt;PWNED()" in text  # what was said, escaped
    assert "anna" not in text and "kitty" not in text
    assert "<script" not in text and "://" not in text  # nothing is fetched, nothing is run
    assert 'http-equiv="Content-Security-Policy" content="default-src \'none\';' in text  # and the browser is told so


def test_failures_are_told_by_kind(small_class):
    rows = [*small_class.all, result("x", "softmax", 0, state="timeout"), result("y", "softmax", 0, state="died")]
    text = page(Results(rows), "unit")
    assert "did not end" in text and "ended its process" in text


def test_a_question_that_was_not_handed_in_was_not_tried(small_class):
    more = [result(f"t{i}", "softmax", 0, state="not handed in") for i in range(3)]
    blank = [result("u", "softmax", 0, state="unattempted")]
    nobody = [result(f"t{i}", "sigmoid", 0, state="not handed in") for i in range(3)]
    softmax, *_, sigmoid = statistics.questions(Results([*small_class.all, *more, *blank, *nobody]))
    assert (softmax.handed_in, softmax.tried) == (5, 4)
    assert softmax.difficulty == pytest.approx((1 + 1 + 0.5 + 0 + 0) / 5)
    assert (sigmoid.handed_in, sigmoid.tried, sigmoid.discrimination) == (0, 0, None)
    assert softmax.failures == {"was not handed in": 3, "left blank": 1}


def test_written_answers_are_part_of_the_points_as_in_the_gradebook(small_class):
    written = [Written(f"s{i}", "why-shift", points, 6.0) for i, points in enumerate((6.0, None, 1.5, 0.0))]
    whole = Results(small_class.all, written)
    assert (whole.most, small_class.most) == (9 + 6, 9)
    assert whole.totals() == {"s0": 12, "s1": 6, "s2": 5.5, "s3": 3}
    text = page(whole, "unit")
    assert "15 points, 6 of them for written answers" in text and "1 written answers wait" in text


def test_what_was_handed_in_is_told(small_class):
    text = page(Results(small_class.all), "unit")
    assert "nobody is missing" in text and "found where it belongs" in text
    told = Results(small_class.all, remarks=[Remark("s1", "1_neurons", f"{SCRIPT} is no notebook.")], nothing=["zoe"])
    text = page(told, "unit")
    assert "Nothing came from 1: zoe." in text and "&lt;script&gt;PWNED()" in text and SCRIPT not in text


def test_an_empty_class_is_refused():
    with pytest.raises(ValueError, match="nbgrader autograde unit1_feedforward"):
        page(Results([]), "unit1_feedforward")


NORM = catalogue.find("batchnorm_forward")
LONG = as_cell(NORM, next(iter(NORM.alternatives.values())))


def grouped(*answers):
    rows = [result(f"s{i}", "batchnorm_forward", 5, 5.0, answer=a) for i, a in enumerate(answers)]
    return similarity.groups(Results(rows))


def test_renamed_and_reformatted_answers_read_alike():
    renamed = LONG.replace("momentum", "rate").replace("gamma", "scale") + "\n# mine, all mine\n"
    (group,) = grouped(LONG, renamed)
    assert group.students == ("s0", "s1") and group.least == pytest.approx(1.0)


def test_different_answers_do_not_read_alike():
    others = [as_cell(NORM, a) for a in NORM.alternatives.values()]
    assert not [g for g in grouped(*others) if len(g.students) == len(others)]


def test_short_answers_are_left_alone():
    rows = [result(f"s{i}", "relu", 2, 2.0, answer="def relu(z):\n    return z.clamp(min=0)") for i in range(9)]
    assert similarity.groups(Results(rows)) == []


def test_the_reference_copied_is_seen():
    head, _, body = inspect.getsource(NORM.reference).split('"""')
    (group,) = grouped(head + body)
    assert group.like_the_reference


def test_an_answer_that_cannot_be_parsed_is_no_trouble():
    assert grouped("def f(:\n\t\t (((", "") == []


def test_a_mistake_that_a_spec_has_renamed_is_called_as_it_was_then_and_counted_once():
    old = result("s", "softmax", 0, misconceptions=["its_old_name"], diagnoses=("overflows for large scores", "more"))
    new = result("t", "softmax", 0, misconceptions=["overflows"])
    [only] = statistics.mistakes(Results([old, new]))
    assert (only.title, only.count) == ("overflows for large scores", 2)
    [nameless] = statistics.mistakes(Results([result("s", "softmax", 0, misconceptions=["its_old_name"])]))
    assert nameless.title == "its_old_name"
