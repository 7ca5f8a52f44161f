"""Of the lesson's own cells, as the student left them, what the answers need: definitions and imports, nothing else.

Lessons are not run when a class is graded: they train and draw. But an answer may use what one of them imports, or a
helper that its author wrote into one of them.
"""

import builtins
from collections.abc import Collection, Mapping, Sequence

from autograder.lessons.statements import STAR, Statement, statements


def needed(
    run: Sequence[str],
    there: Sequence[str],
    lesson: Mapping[int, str],
    ours: Collection[str],
    answers: Collection[str],
) -> dict[int, list[Statement]]:
    """Choose the statements that what is run reaches.

    Args:
        run: the sources of the student's cells that are run.
        there: the sources of ours that are run: what they make need not be made again.
        lesson: by number the sources, as submitted, of cells that are not.
        ours: keys of the statements that the released notebook holds.
        answers: names that answers bear: only the student's own statements may make these.

    Returns:
        Statements by cell, in their order; no cell without any.
    """
    running = [s for source in run for s in statements(source)]
    defined = {name for source in (*there, *run) for s in statements(source) for name in s.makes} | set(dir(builtins))
    pool = [(i, n, s) for i, source in lesson.items() for n, s in enumerate(statements(source))]
    taken: set[tuple[int, int]] = set()
    makers: dict[str, list[tuple[int, int, Statement]]] = {}
    for each in pool:
        for name in each[2].makes:
            makers.setdefault(name, []).append(each)
    waiting, known = [name for s in running for name in s.needs] + list(answers), set[str]()
    while waiting:
        name = waiting.pop()
        if name in known:
            continue
        known.add(name)
        stars = makers.get(STAR, []) if name not in defined else []  # of these the first that is asked is taken at once
        for i, n, s in [*makers.get(name, []), *(each for each in stars if each[:2] not in taken)]:
            if (i, n) not in taken and _gives(s, name, s.key not in ours, defined, answers):
                taken.add((i, n))
                waiting += s.needs
    found: dict[int, list[Statement]] = {}
    for i, n, s in pool:
        if (i, n) in taken:
            found.setdefault(i, []).append(s)
    return found


def _gives(statement: Statement, name: str, students: bool, defined: Collection[str], answers: Collection[str]) -> bool:
    """Whether this statement is taken for the sake of a name."""
    if students:
        return statement.may_define and (name in statement.makes or (STAR in statement.makes and name not in defined))
    made = name in statement.makes or STAR in statement.makes
    return statement.defines and made and name not in defined and not statement.makes & set(answers)
