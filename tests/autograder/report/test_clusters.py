"""Answers without a name, put together: by what was written first, then by how they failed where that says something."""

from autograder.report.clusters import clusters
from autograder.report.page import page
from autograder.report.results import Result, Results

TWICE = "def softmax(z):\n    e = z.exp()\n    return 2 * e / e.sum(-1, keepdim=True)"
RENAMED = "def softmax(x):  # mine\n    weights = x.exp()\n    return 2 * weights / weights.sum(-1, keepdim=True)"
OTHERWISE = "def softmax(z):\n    return z.exp() / z.exp().sum(-1, keepdim=True) * 2"
ALL = ("Values: every case",)


def result(student: str, answer: str, failed: tuple[str, ...] = ALL, *said: str, means: str = "pattern") -> Result:
    many = (means,) * len(said)
    return Result(
        student, "softmax", 1.0, 4.0, "checked", diagnoses=said, means=many, failed=failed, answer=answer
    )  # fmt: skip


def students(*results: Result) -> list[tuple[str, ...]]:
    return [cluster.students for cluster in clusters(Results(list(results)))]


def test_what_is_written_alike_belongs_together_however_it_failed() -> None:
    [only] = clusters(Results([result("ada", TWICE), result("bo", RENAMED, ("Values: case 1",), "is off by 2.")]))
    assert (only.students, only.forms, only.count) == (("ada", "bo"), 1, 2)


def test_what_fails_alike_belongs_together_where_that_says_something() -> None:
    assert students(result("ada", TWICE), result("bo", OTHERWISE)) == [("ada",), ("bo",)]
    follows = (*ALL, "Gradients through your code: case 1, case 2")
    assert students(result("ada", TWICE, follows), result("bo", OTHERWISE, follows)) == [("ada",), ("bo",)]
    assert students(result("ada", TWICE, ()), result("bo", OTHERWISE, ())) == [("ada",), ("bo",)]  # not recorded
    some = ("Values: a batch of one",)
    assert students(result("ada", TWICE, some), result("bo", OTHERWISE, some)) == [("ada", "bo")]
    assert students(result("ada", TWICE, some), result("bo", OTHERWISE, ("Values: case 1",))) == [("ada",), ("bo",)]


def test_descriptions_are_compared_without_their_numbers() -> None:
    a, b = (
        result("ada", TWICE, ALL, "Off by a factor: 2.004."),
        result("bo", OTHERWISE, ALL, "Off by a factor: 1.9e-3."),
    )
    [only] = clusters(Results([a, b]))
    assert only.forms == 2 and only.said in (a.diagnoses, b.diagnoses)
    assert students(a, result("bo", OTHERWISE, ALL, "It is transposed.")) == [("ada",), ("bo",)]


def test_answers_that_are_named_or_located_are_left_out_and_the_largest_cluster_is_first() -> None:
    named = [result("eva", TWICE, ALL, "sums", means=means) for means in ("known", "unused", "changed", "place")]
    assert students(*named) == []
    two = [result("ada", TWICE, ALL, "wrong for one class", means="condition"), result("cy", RENAMED, ALL)]
    assert students(result("bo", OTHERWISE), *two, *named) == [("ada", "cy"), ("bo",)]


def test_the_page_shows_one_answer_for_all_of_a_cluster() -> None:
    rows = [result(f"student-{i}", RENAMED if i % 2 else TWICE, ALL, "Off by a factor: 2.") for i in range(9)]
    text = page(Results(rows), "unit")
    section = text.split("<h2>Answers that nobody has named yet</h2>")[1].split("<h2>")[0]
    assert "9 answers of 1 kind<" in section and "9 students; said of it: Off by a factor: 2." in section
    assert section.count("<pre>") == 1 and "v1 = z.exp()" in section and "failed: Values: every case" in section
    assert "student-" not in section and "weights" not in section


def test_what_cannot_be_read_is_told_apart_by_its_words() -> None:
    broken = "def softmax(z:\n  return z"
    found = clusters(Results([result("ada", broken), result("bo", broken), result("cy", broken + " + 1")]))
    assert [(cluster.count, cluster.example) for cluster in found] == [(2, ""), (1, "")]
