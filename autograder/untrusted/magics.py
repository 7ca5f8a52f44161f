"""A cell as plain Python: IPython's own lines taken out, in one pass over it.

IPython's transformer is not asked: on a thousand lines of magics it takes most of a minute, and it is not bounded. Each
line stays where it is, so that the numbers of lines mean the same.
"""

import re

# These run the cell, or the rest of the line, in the notebook's own names.
RUN_THE_CELL = re.compile(r"%%(?:time|capture|prun)\b")
RUN_THE_LINE = re.compile(r"%(?:time|timeit|prun)\b(?:\s+-\w+(?:\s*\d+)?(?=\s))*\s*")
CELL_MAGIC = re.compile(r"%%\w")
ASSIGNED = re.compile(r"([\w\s,.\[\]()*]+=\s*)[%!]")  # name = %magic, name = !command
PROMPTS = re.compile(r"(?:>>>|In \[\d+\]:) ?")
MORE_OF_A_PROMPT = re.compile(r"(?:\.\.\.+:?|   \.+:) ?")
ESCAPES = ("%", "!", "?", ",", ";", "/")
LONGEST_LINE = 2_000  # of a line of IPython's: a longer one is blanked unread


def without_magics(source: str) -> str:
    """The cell's Python; a cell of another language is empty."""
    lines = source.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if CELL_MAGIC.match(lines[first].lstrip()):
        if not RUN_THE_CELL.match(lines[first].lstrip()):
            return ""
        lines[first] = ""
    lines = _without_prompts(_without_indent(lines))
    # a line that goes on, such as the rest of a string, may begin like a magic; only where the cell is no Python as it
    # stands is this asked at all
    return "\n".join(map(_plain, lines))


def begins_with_a_prompt(source: str) -> bool:
    """Whether IPython takes prompts off a cell. `In [1]: x = 1` is Python as well, and says something else there."""
    return PROMPTS.match(source.lstrip()[:20]) is not None


def has_magics(source: str) -> bool:
    """Whether IPython may read something in it that Python does not."""
    lines = source.split("\n")
    return any(line.lstrip()[:1] in ESCAPES or PROMPTS.match(line.lstrip()) for line in lines if line.strip()) or any(
        line.rstrip().endswith("?") or ASSIGNED.match(line[:LONGEST_LINE]) for line in lines
    )


def _plain(line: str) -> str:
    """A line without what is IPython's; one that IPython alone reads says nothing, at the same indentation."""
    text = line.lstrip()
    indent = line[: len(line) - len(text)]
    if not text or len(line) > LONGEST_LINE:
        return line if text[:1] not in ESCAPES else f"{indent}pass"
    if text.startswith("%"):
        found = RUN_THE_LINE.match(text)
        return f"{indent}{text[found.end() :]}" if found and text[found.end() :].strip() else f"{indent}pass"
    if text[0] in ESCAPES or text.rstrip().endswith("?"):
        return f"{indent}pass"
    assigned = ASSIGNED.match(line)
    return f"{assigned[1]}None" if assigned else line


def _without_indent(lines: list[str]) -> list[str]:
    """IPython takes the first line's indentation off all lines."""
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip(" \t"))]
    return [line.removeprefix(indent) for line in lines] if indent else lines


def _without_prompts(lines: list[str]) -> list[str]:
    first = next((line for line in lines if line.strip()), "")
    if not PROMPTS.match(first):
        return lines
    return [PROMPTS.sub("", MORE_OF_A_PROMPT.sub("", line, count=1), count=1) for line in lines]
