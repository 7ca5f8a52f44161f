"""Stands in for the real gathering of evidence, inside the sandbox: calls ``answer(seed)`` and says what it saw."""

import json
from typing import Any


def gather(exercise: str, namespace: dict[str, Any], trusted: Any) -> bytes:
    seed = trusted.request["seed"]
    value = namespace["answer"](seed)
    if isinstance(value, bytes):
        return value
    return json.dumps([exercise, seed, value]).encode()
