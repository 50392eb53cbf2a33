"""Pools of threads that the notebook has started: a fork takes no threads along, so there they are made anew.

Runs inside the student's process, is not trusted by the grader, and imports nothing of the package.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Sequence
from typing import Any


def open_pools() -> list[Any]:
    """The pools of concurrent.futures and multiprocessing that work can be given to. Before `gc.freeze`."""
    pools = []
    for thing in gc.get_objects():
        with contextlib.suppress(Exception):
            if (_is_one(thing, "concurrent.futures.thread", "ThreadPoolExecutor") and not thing._shutdown) or (
                _is_one(thing, "multiprocessing.pool", "ThreadPool") and thing._state == "RUN"
            ):
                pools.append(thing)
    return pools


def open_again(pools: Sequence[Any]) -> None:
    """In a fork: give each pool threads of its own, which start when there is work. What it was working on is lost."""
    for pool in pools:
        with contextlib.suppress(Exception):
            kind, size, *others = (
                ("concurrent.futures.thread.ThreadPoolExecutor", pool._max_workers, pool._thread_name_prefix)
                if hasattr(pool, "_max_workers")
                else ("multiprocessing.pool.ThreadPool", pool._processes)
            )
            module, _, name = kind.rpartition(".")
            getattr(sys.modules[module], name).__init__(pool, size, *others, pool._initializer, pool._initargs)


def _is_one(thing: object, module: str, name: str) -> bool:
    return issubclass(type(thing), getattr(sys.modules.get(module), name, ()))
