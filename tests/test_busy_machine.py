"""Tests pass on a machine that is busy with other work."""

from threading import Barrier
import time

from homeassistant.runner import MAX_EXECUTOR_WORKERS
from homeassistant.util.executor import InterruptibleThreadPoolExecutor


def test_threads_are_not_interrupted() -> None:
    """Wait at the shutdown of Home Assistant for threads that take longer than usual."""
    executor = InterruptibleThreadPoolExecutor(max_workers=MAX_EXECUTOR_WORKERS)
    started = Barrier(MAX_EXECUTOR_WORKERS + 1)

    def work() -> None:
        started.wait()
        time.sleep(0.2)

    jobs = [executor.submit(work) for _ in range(MAX_EXECUTOR_WORKERS)]
    started.wait()
    executor.shutdown()
    assert {job.exception() for job in jobs} == {None}
