"""An event loop that can be waited for anywhere, also where another one is running: in a Jupyter server, say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from typing import Any


class EventLoop:
    """An event loop of its own. Where the thread that waits has a running one, it works in a thread of its own.

    That thread lives as long as the loop: what bubblewrap started dies with the thread that started it.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread: ThreadPoolExecutor | None = None

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be carried out on it any more."""
        return self._loop.is_closed()

    def complete(self, work: Awaitable[Any]) -> Any:
        """Carry out `work` to its end; what it returns or raises."""
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
