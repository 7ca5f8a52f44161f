"""Lengths of time as they are typed: "2d", "36h", "1d 12h", "-30m"."""

import datetime as dt
import re

PART = re.compile(r"(\d{1,5})\s*([wdhm])")
SECONDS = {"w": 7 * 86400, "d": 86400, "h": 3600, "m": 60}


def duration(text: str) -> dt.timedelta:
    """A length of time.

    Raises:
        ValueError: it is none; the message says what was expected.
    """
    plain = text.strip().lower()
    sign, rest = (-1, plain[1:]) if plain.startswith("-") else (1, plain)
    if not rest or PART.sub("", rest).strip():
        raise ValueError(f'{text!r} is no length of time; expected weeks, days, hours or minutes, such as "1d 12h"')
    return sign * dt.timedelta(seconds=sum(int(number) * SECONDS[unit] for number, unit in PART.findall(rest)))


def written(length: dt.timedelta) -> str:
    """The same the other way; "" for none at all. What is less than a minute is left out."""
    minutes, parts = int(abs(length).total_seconds()) // 60, []
    for unit, size in (("d", 1440), ("h", 60), ("m", 1)):
        number, minutes = divmod(minutes, size)
        parts += [f"{number}{unit}"] if number else []
    return ("-" if length < dt.timedelta() else "") + " ".join(parts) if parts else ""
