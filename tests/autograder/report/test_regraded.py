"""What a regrade found, as a table."""

from rich.console import Console

from autograder.nbgrader_plugin.difference import Change, Grade
from autograder.nbgrader_plugin.regrade import Left
from autograder.report.regraded import closing, table

LOW, FULL = Grade(1.0, 4.0, "[bold]off[/bold] by a sign"), Grade(4.0, 4.0, "right")
FOUND = [
    Change("ada", "softmax", LOW, FULL, because=("spec",)),
    Change("ben", "softmax", FULL, LOW, because=("engine", "points")),
    Change("cleo", "softmax", LOW, FULL, by_hand=2.5),
    Change("dan", "softmax", FULL, FULL, because=("spec",)),
    Change("eva", "softmax", None, FULL, because=("not graded before",)),
]


def shown() -> str:
    console = Console(width=160, record=True, markup=False)
    with console.capture() as caught:
        console.print(table(FOUND))
    return caught.get()


def test_a_row_for_whatever_changes() -> None:
    rows = {words[1].strip(): words for line in shown().splitlines() if len(words := line.split("│")[1:]) > 4}
    assert set(rows) == {"ada", "ben", "cleo", "eva"}
    assert "1 of 4 → 4 of 4" in rows["ada"][2] and "[bold]off[/bold] by a sign → right" in rows["ada"][3]
    assert "engine, points" in rows["ben"][4]
    assert "2.5 by hand stay" in rows["cleo"][2] and "nothing of the grader" in rows["cleo"][4]
    assert "no grade → 4 of 4" in rows["eva"][2]


def test_who_gains_who_loses_and_who_was_left() -> None:
    said = list(closing(FOUND, [Left("fay", "not graded yet")]))
    assert said[0] == "5 grades of 5 students made again, 4 of them changed."
    assert said[1] == "Students who gain points: 2; who lose points: 1; who keep theirs: 2."
    assert said[2] == "fay was not regraded: not graded yet."
    assert list(closing([], [])) == []
