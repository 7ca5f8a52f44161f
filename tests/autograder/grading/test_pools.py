"""Submissions are graded by as many workers as were asked for."""

import pytest

from autograder.grading.dask_pool import DaskPool
from autograder.grading.jobs import Setup
from autograder.grading.pools import LocalPool, pool

ANOTHER = Setup({}, code="another")  # whose workers refuse every job: none is started here


@pytest.mark.parametrize("workers", [2, 3])
def test_a_machine_has_as_many_workers_as_were_asked_for(workers: int) -> None:
    with DaskPool(ANOTHER, workers) as cluster:
        there = cluster._client.scheduler_info(n_workers=-1)["workers"].values()
        assert [worker["nthreads"] for worker in there] == [1] * workers == [1] * cluster._size()


def test_one_submission_at_a_time_needs_no_cluster() -> None:
    with pool(ANOTHER, 1, "", 1.0) as alone:
        assert isinstance(alone, LocalPool)
