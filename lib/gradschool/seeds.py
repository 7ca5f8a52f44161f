"""An experiment over several seeds: a single run shows luck as much as it shows the method.

Three runs take three times as long as one. Where that is long, a lesson runs the first seed and reads what the others
gave when the lesson was published: `each_seed(experiment, stored="4_alexnet/plain")` reads `plain` of
`results/4_alexnet.json` beside this module. The call holds all that it takes to run them again: without `stored=`
every seed runs where it stands.
"""

import json
import os
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

RERUN = "GRADSCHOOL_RERUN"  # names a folder: every seed is run, and what is to be stored is written there


def each_seed(
    experiment: Callable[[int], Any], seeds: Sequence[int] = (0, 1, 2), stored: str = "", live: bool = True
) -> list[Any]:
    """What an experiment gives for each seed.

    Args:
        experiment: takes a seed. With `stored`, what it gives holds numbers, lists, tuples (which become lists) and
            dictionaries by strings.
        seeds: all of them.
        stored: "<lesson>/<name>" where results are stored: the first seed is run, those of the others are read.
        live: whether the first seed is run. Without it all seeds are read: for an experiment that takes minutes.

    Raises:
        KeyError: nothing is stored under this name for one of the seeds.
        TypeError: an experiment that gives what cannot be stored, such as a network.
    """
    if not stored:
        return [experiment(seed) for seed in seeds]
    lesson, _, name = stored.partition("/")
    folder = os.environ.get(RERUN)
    if folder:
        found = [_plain(experiment(seed)) for seed in seeds]
        _write(Path(folder), lesson, name, dict(zip(map(str, seeds), found, strict=True)))
        return found
    there = read(lesson).get(name, {})
    run = seeds[:1] if live else ()
    lacking = [seed for seed in seeds[len(run) :] if str(seed) not in there]
    if lacking:
        raise KeyError(
            f"no results are stored as {stored!r} for seed {lacking[0]}: leave stored= out to run every seed"
        )
    return [*(_plain(experiment(seed)) for seed in run), *(there[str(seed)] for seed in seeds[len(run) :])]


def read(lesson: str) -> dict[str, dict[str, Any]]:
    """What is stored for a lesson: by name, then by seed."""
    file = resources.files("gradschool").joinpath("results", f"{lesson}.json")
    found: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found


def _plain(result: Any) -> Any:
    """As it comes out of a file, six digits of each number, so that what was run just now is no different."""
    return json.loads(json.dumps(result), parse_float=lambda digits: float(f"{float(digits):.6g}"))


def _write(folder: Path, lesson: str, name: str, by_seed: dict[str, Any]) -> None:
    path = folder / f"{lesson}.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    after = before | {name: by_seed}
    lines = [f" {json.dumps(key, ensure_ascii=False)}: {json.dumps(value)}" for key, value in after.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
