"""Where the reader stands: `progress()` on the start page, read from the reader's own notebooks as they were saved."""

from collections import Counter
from pathlib import Path
from urllib.parse import quote

from autograder.lessons.contents import Contents, read_contents
from autograder.lessons.layout import notebooks

DOTS = "●●●○○○"
BAR = 8  # characters


class Progress:
    """The map of the course with the reader's results in it; shows itself as Markdown, with links to the notebooks."""

    def __init__(self, folder: Path) -> None:
        found = ((path, read_contents(path)) for path in notebooks(folder))
        self.folder = folder
        self.notebooks = {path.relative_to(folder): holds for path, holds in found if holds is not None}

    def _repr_markdown_(self) -> str:
        if not self.notebooks:
            return f"No notebooks of the course in {self.folder}."
        lines: list[str] = []
        for unit in dict.fromkeys(path.parts[0] for path in self.notebooks):
            number, _, topic = unit.removeprefix("unit").partition("_")
            lines += [f"\n## Unit {number}: {topic}\n", "| notebook | exercises | time | right |", "|---|---|--:|---|"]
            lines += [_row(path, holds) for path, holds in self.notebooks.items() if path.parts[0] == unit]
        return "\n".join([self._total(), "", self._next(), *lines]) + "\n"

    def _next(self) -> str:
        """What to do now: the exercise that comes next in a notebook that was begun, else in one that was not."""
        open_ones = [(path, holds) for path, holds in self.notebooks.items() if holds.left]
        if not open_ones:
            return "**Next:** nothing is left; all exercises are right."
        path, holds = next((each for each in open_ones if each[1].tried), open_ones[0])
        task = holds.left[0]
        verb = "go on with" if holds.tried else "begin"
        effort = f"{DOTS[3 - task.dots : 6 - task.dots]}, {task.minutes} minutes"
        return f"**Next:** {verb} {_link(path)}, exercise `{task.name}` ({effort})."

    def _total(self) -> str:
        each = self.notebooks.values()
        right, checks = sum(c.right for c in each), sum(c.checks for c in each)
        points, of = sum(c.points for c in each), sum(c.of for c in each)
        return f"**{right} of {checks} exercises right, {points:g} of {of:g} points.**"

    def __repr__(self) -> str:
        return self._repr_markdown_()


def progress(folder: str | Path = ".") -> Progress:
    """The units, their exercises with difficulty and time, and how many of them are right.

    Read from the notebooks below `folder` as they were saved last: save yours first.
    """
    return Progress(Path(folder))


def _row(path: Path, holds: Contents) -> str:
    name = f"{_link(path)}<br>{holds.question.replace('|', '&#124;')}"
    cells = (difficulty(holds), time(holds.minutes), _standing(holds))
    return f"| {name} | {' | '.join(map(unbroken, cells))} |"


def _link(path: Path) -> str:
    return f"[{path.stem.replace('_', ' ')}]({quote(path.as_posix())})"


def unbroken(text: str) -> str:
    """Text that a narrow column breaks after commas only."""
    return ", ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in text.split(", "))


def difficulty(holds: Contents) -> str:
    """How many exercises of each difficulty: "5 ●○○, 6 ●●○", and the written ones."""
    counts = Counter(task.dots for task in holds.tasks)
    parts = [f"{counts[dots]} {DOTS[3 - dots : 6 - dots]}" for dots in sorted(counts)]
    return ", ".join(parts + ([f"{holds.written} in writing"] if holds.written else []))


def time(minutes: int) -> str:
    """Minutes as hours and minutes: "1 h 10"."""
    return f"{minutes // 60} h {minutes % 60:02}" if minutes >= 60 else f"{minutes} min"


def _standing(holds: Contents) -> str:
    filled = round(BAR * holds.right / holds.checks) if holds.checks else 0
    text = f"{'▰' * filled}{'▱' * (BAR - filled)} {holds.right} of {holds.checks}"
    wrong = holds.tried - holds.right
    return text + (f", {wrong} not yet" if wrong else "")
