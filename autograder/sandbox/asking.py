"""Inside the sandbox: ask the trusted side for the next case, or for something that may be lent."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, overload

from autograder.checking.collect import Handed
from autograder.checking.values import unpack_values
from autograder.sandbox import protocol
from autograder.spec import Case, catalogue

MOST_LENT = 64 * 1024**2


class Trusted:
    """The trusted side, as the process of one notebook talks to it while it does a step."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._lock, self._own = sock, threading.Lock(), os.getpid()
        self.request: Mapping[str, Any] = {}

    def ask(self, what: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Ask for something; gives the reply's header and its bytes."""
        if os.getpid() != self._own:  # a copy that a student's os.fork() has left: one process answers
            os._exit(0)
        with self._lock:
            protocol.send(self._sock, {"step": self.request["step"], "nonce": self.request["nonce"], **what})
            return protocol.receive(self._sock, MOST_LENT, MOST_LENT)

    def told(self, what: Mapping[str, Any]) -> dict[str, Any]:
        """Ask for something that is no more than a header."""
        return self.ask(what)[0]

    def handed(self, exercise: str) -> Handed:
        """The cases of the question that is asked in this step, each fetched when it is run."""
        functions = vars(sys.modules[f"{catalogue.entry(exercise).module}:question"])

        def case(number: int) -> Case:
            _, values = self.ask({"ask": "case", "number": number})
            return Case(unpack_values(values, functions.__getitem__))

        return Handed(Fetched(case, int(self.request["cases"])), lambda: case(-1))


class Fetched(Sequence[Case]):
    """Cases that lie elsewhere; each is fetched once."""

    def __init__(self, fetch: Callable[[int], Case], count: int) -> None:
        self._fetch, self._cases = fetch, list[Case | None]([None] * count)

    def __len__(self) -> int:
        return len(self._cases)

    @overload
    def __getitem__(self, index: int) -> Case: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Case]: ...
    def __getitem__(self, index: int | slice) -> Case | Sequence[Case]:
        if isinstance(index, slice):
            return [self[i] for i in range(len(self))[index]]
        found = self._cases[index]
        if found is None:
            found = self._cases[index] = self._fetch(index)
        return found
