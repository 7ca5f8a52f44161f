"""What came out of grading a class: one table of points, and the mistakes by name."""

from string import ascii_lowercase

from rich.table import Table

from autograder.report.results import Result, Results
from autograder.spec import catalogue

MARKS = {
    "unattempted": "–",
    "timeout": "∞",
    "died": "†",
    "missing": "?",
    "not handed in": "?",
    "forbidden": "!",
    "failed": "×",
}


def points_table(results: Results, kinds: dict[str, str]) -> Table:
    """Questions down, students across; a letter stands for a mistake of the list below."""
    table = Table(
        title="Points (a letter: a mistake; – not attempted, ? no answer, × no result, ∞ endless, † died, ! forbidden)",
        title_justify="left",
        caption=_who_is_who(results.students, kinds),
        caption_justify="left",
    )
    table.add_column("question", no_wrap=True)
    table.add_column("of", justify="right")
    for student in results.students:
        table.add_column(student, justify="right", no_wrap=True, min_width=5)
    for question in results.questions:
        letters = letters_of(question)
        most = next(r.most for r in results.all if r.question == question)
        table.add_row(question, f"{most:g}", *(_entry(results.of(s, question), letters) for s in results.students))
    table.add_section()
    totals = [sum(r.points for r in results.all if r.student == s) for s in results.students]
    most_of_all = sum(next(r.most for r in results.all if r.question == q) for q in results.questions)
    table.add_row("total", f"{most_of_all:g}", *(f"{total:g}" for total in totals))
    return table


def _who_is_who(students: list[str], kinds: dict[str, str]) -> str:
    """What each student handed in, a line of the table's caption."""
    by_kind: dict[str, list[str]] = {}
    for student in students:
        by_kind.setdefault(kinds.get(student, ""), []).append(student)
    return "Handed in: " + "; ".join(f"{kind} ({', '.join(who)})" for kind, who in by_kind.items() if kind)


def letters_of(question: str) -> dict[str, str]:
    return {m.name: letter for m, letter in zip(catalogue.find(question).misconceptions, ascii_lowercase, strict=False)}


def _entry(result: Result | None, letters: dict[str, str]) -> str:
    if result is None:
        return "not graded"
    named = "".join(letters.get(name, "") for name in result.misconceptions)
    return f"{result.points:g} {named}{MARKS.get(result.state, '')}".rstrip()


def mistakes_table(results: Results) -> Table:
    """Each mistake that was found, in the student's words, and who made it."""
    table = Table(title="Mistakes found", title_justify="left")
    for heading in ("question", "", "mistake", "students"):
        table.add_column(heading, no_wrap=heading == "question")
    for question in results.questions:
        for misconception in catalogue.find(question).misconceptions:
            who = [r.student for r in results.all if r.question == question and misconception.name in r.misconceptions]
            if who:
                letter = letters_of(question).get(misconception.name, "")
                table.add_row(question, letter, misconception.title, ", ".join(who))
    return table
