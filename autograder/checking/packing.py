"""Evidence as bytes: safetensors, which hold types, shapes and numbers, and nothing that runs when it is read.

Here alone keys are strings: `["float64", 3, "value", 2, null, "p"]`, in JSON. What is read comes from beside a
student's code: every part of it is looked at before it is believed to be what it should be.
"""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

from autograder.checking.evidence import Evidence, Notes
from autograder.checking.keys import Key, Place
from autograder.checking.world import Aspect, Change
from autograder.spec.outputs import DRAWN, Kind, Output

MOST_BYTES = 64_000_000
TRUTHS = ("missing", "unattempted", "timeout", "single")
LONGEST = 500  # characters of a note: it is shown to people
MOST_CALLS, LONGEST_CALL, LONGEST_DEVICE = 20, 100, 20
MOST_CHANGES, MOST_DEFAULTS = 100, 50


def pack(evidence: Evidence) -> bytes:
    """Evidence as bytes; arrays that hold no numbers stay behind."""
    whole = (*TRUTHS, "calls", "device", "maker", "defaults")
    plain: dict[str, Any] = {name: getattr(evidence.notes, name) for name in whole}
    plain |= {
        name: [[place.dtype, place.case, value] for place, value in getattr(evidence.notes, name).items()]
        for name in ("problems", "gradient_problems")
    }
    plain["changed"] = [
        [place.dtype, place.case, [[c.argument, c.aspect, c.name] for c in sorted(changes)[:MOST_CHANGES]]]
        for place, changes in evidence.notes.changed.items()
    ]
    plain["slow"] = [[place.dtype, place.case, True] for place in evidence.notes.slow]
    plain["types"] = [[packed(key), kind] for key, kind in evidence.notes.types.items()]
    notes = np.frombuffer(json.dumps(plain).encode(), dtype=np.uint8)
    arrays = {packed(key): array for key, array in evidence.arrays.items() if array.dtype.kind in "fiub"}
    for place, data in evidence.drawn.items():
        arrays[packed(Key(place, DRAWN))] = np.frombuffer(data, dtype=np.uint8)
    return bytes(save({"notes": notes, **arrays}))


def packed(key: Key) -> str:
    """A key as a string."""
    output = key.output
    return json.dumps([key.dtype, key.case, output.kind, output.step, output.item, output.name])


def key_of(text: Any) -> Key | None:
    """The key that a string spells; None for one that spells none."""
    try:
        dtype, case, kind, step, item, name = json.loads(text)
        if not (isinstance(dtype, str) and isinstance(name, str)):
            return None
        if not all(type(n) is int for n in (case, step)) or not (item is None or type(item) is int):
            return None
        return Key(Place(dtype, case), Output(name, Kind(kind), step, item))
    except (ValueError, TypeError, RecursionError):
        return None


def unpack(data: bytes | None, most: int = MOST_BYTES) -> Evidence:
    """Read packed evidence from an untrusted place. Raises ValueError if it is missing, oversized or malformed."""
    if not data:
        raise ValueError("no evidence was written")
    if len(data) > most:
        raise ValueError(f"the evidence is {len(data)} bytes long, {most} at most are read")
    try:
        found: dict[str, NDArray[Any]] = load(data)
        notes = json.loads(found.pop("notes").tobytes().decode())
    except Exception as error:  # the bytes come from beside a student's code: any failure to read them is one failure
        raise ValueError(f"the evidence cannot be read ({type(error).__name__})") from None
    if not isinstance(notes, dict):
        raise ValueError("the evidence has no notes")
    arrays = {key: array for text, array in found.items() if (key := key_of(text)) is not None}
    drawn = {key.place: array.tobytes() for key, array in arrays.items() if key.output == DRAWN}
    arrays = {key: array for key, array in arrays.items() if key.output != DRAWN}
    evidence = Evidence(arrays, _notes(notes), drawn, open=bool(drawn))
    for entry in _entries(notes.get("types"), 2):
        known, kind = key_of(entry[0]), entry[1]
        if known is not None and isinstance(kind, str):
            evidence.note_type(known, kind[:LONGEST])
    return evidence


def _notes(raw: dict[str, Any]) -> Notes:
    """Only notes of the right type, and only so much of each; those on types apart."""
    missing, unattempted, timeout, single = (raw.get(name) is True for name in TRUTHS)
    notes = Notes(missing, unattempted, timeout, single=single)
    notes.problems = {p: t[:LONGEST] for p, t in _by_place(raw.get("problems")) if isinstance(t, str)}
    notes.gradient_problems = {p: t[:LONGEST] for p, t in _by_place(raw.get("gradient_problems")) if isinstance(t, str)}
    notes.changed = {p: found for p, changes in _by_place(raw.get("changed")) if (found := _changes(changes))}
    notes.slow = {p for p, _ in _by_place(raw.get("slow"))}
    if isinstance(raw.get("calls"), list):
        notes.calls = [c[:LONGEST_CALL] for c in raw["calls"][:MOST_CALLS] if isinstance(c, str)]
    if isinstance(raw.get("device"), str):
        notes.device = raw["device"][:LONGEST_DEVICE]
    if isinstance(raw.get("maker"), str):
        notes.maker = raw["maker"][:LONGEST_CALL]
    if isinstance(raw.get("defaults"), dict):
        told = list(raw["defaults"].items())[:MOST_DEFAULTS]
        notes.defaults = {name: value[:LONGEST_CALL] for name, value in told if isinstance(value, str)}
    return notes


def _changes(raw: Any) -> set[Change]:
    """Changes of the known kinds."""
    aspects = {str(aspect): aspect for aspect in Aspect}
    return {
        Change(argument, aspects[aspect], name[:LONGEST_CALL])
        for argument, aspect, name in _entries(raw, 3)[:MOST_CHANGES]
        if type(argument) is int and isinstance(aspect, str) and aspect in aspects and isinstance(name, str)
    }


def _by_place(raw: Any) -> list[tuple[Place, Any]]:
    found = _entries(raw, 3)
    return [(Place(dtype, case), value) for dtype, case, value in found if isinstance(dtype, str) and type(case) is int]


def _entries(raw: Any, length: int) -> list[list[Any]]:
    """Those of a list's entries that are lists of this length."""
    return [e for e in raw if isinstance(e, list) and len(e) == length] if isinstance(raw, list) else []
