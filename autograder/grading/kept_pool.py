"""Workers that stay warm from one batch to the next: opening sandboxes takes longer than grading a submission."""

from pathlib import Path
from types import TracebackType

from autograder.grading.jobs import Setup
from autograder.grading.pool import Pool
from autograder.grading.pools import LocalPool, pool


class KeptPools:
    """Gives out pools as `pools.pool` does, and keeps those of this machine; close it at the end."""

    def __init__(self) -> None:
        self._kept: list[tuple[Setup, LocalPool]] = []

    def pool(self, setup: Setup, workers: int, scheduler: str, certificates: Path, patience: float) -> Pool:
        """A pool for submissions that share this; raises as `pools.pool`."""
        if scheduler:
            return pool(setup, workers, scheduler, certificates, patience)
        for known, kept in self._kept:
            if known == setup:
                return _Lent(kept, self)
        self._kept.append((setup, LocalPool(setup, workers)))
        return _Lent(self._kept[-1][1], self)

    def drop(self, lent: LocalPool) -> None:
        """Close a pool, and forget it."""
        self._kept = [(setup, kept) for setup, kept in self._kept if kept is not lent]
        lent.__exit__(None, None, None)

    def close(self) -> None:
        for _, kept in list(self._kept):
            self.drop(kept)


class _Lent:
    """A kept pool for one batch. After a batch that ended otherwise its workers may still send answers: they go."""

    def __init__(self, kept: LocalPool, keeper: KeptPools) -> None:
        self._pool, self._keeper = kept, keeper
        self.grade = kept.grade

    def __enter__(self) -> "_Lent":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._keeper.drop(self._pool)
