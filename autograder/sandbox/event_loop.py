"""An event loop that can be waited for even if another one is running, as in a Jupyter server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from typing import Any


class EventLoop:
    """An event loop of its own, in a thread of its own if the waiting thread has a running loop.

    That thread lives as long as the loop: a bubblewrap process dies with the thread that started it.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread: ThreadPoolExecutor | None = None

    @property
    def is_closed(self) -> bool:
        """Whether the loop has ended."""
        return self._loop.is_closed()

    def complete(self, work: Awaitable[Any]) -> Any:
        """Run `work` to its end; returns or raises the same."""
        if self._thread is None and not _another_is_running():
            return self._loop.run_until_complete(work)
        self._thread = self._thread or ThreadPoolExecutor(1, thread_name_prefix="session")
        return self._thread.submit(self._loop.run_until_complete, work).result()

    def close(self) -> None:
        """End the loop and its thread."""
        if self._thread is not None:
            self._thread.shutdown()
        self._loop.close()


def _another_is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
