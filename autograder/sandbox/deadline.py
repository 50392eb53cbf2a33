"""The end of a time limit on a machine that others use too: waiting for a core does not count."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from autograder.agent.wire import Channel, WireTimeout
from autograder.sandbox.cpu_wait import is_starved, wall_s

LEAST_S = 0.001


class Deadline:
    """The end of a time that is counted from now: seconds on a core or asleep.

    limits  pairs of a limit and the part of it already used, in seconds; the first to be over counts
    waited  returns the seconds for which others have kept the sandbox from its core. It is called only when the time
            seems to be over, since it takes longer than most answers
    """

    def __init__(self, limits: list[tuple[float, float]], waited: Callable[[], float]) -> None:
        self.started = time.monotonic()
        self.starved = False
        self._limits, self._waited = limits, waited
        self._wall_s = self._wall_seconds(0.0)

    def left_s(self) -> float:
        """Seconds until it is over. Raises WireTimeout once there are none, waiting for a core not counted."""
        left_s = self.started + self._wall_s - time.monotonic()
        if left_s <= 0:
            self.extend()
            return self.left_s()
        return left_s

    def receive(self, channel: Channel) -> Any:
        """The next value over a channel. Raises WireError, WireTimeout among them once the time is over."""
        while True:
            try:
                return channel.receive(self.left_s())
            except WireTimeout:
                self.extend()

    def longest_s(self) -> float:
        """The most seconds until it is over, if the sandbox has to wait for a core all the time. Raises WireTimeout."""
        return self.left_s() + self._wall_seconds(math.inf) - self._wall_s

    def extend(self) -> None:
        """Give back the seconds that were spent waiting for a core. Raises WireTimeout if there are none left."""
        waited = self._waited()
        self._wall_s = self._wall_seconds(waited)
        if self.started + self._wall_s - time.monotonic() < LEAST_S:
            self.starved = any(is_starved(limit_s, waited) for limit_s, _ in self._limits)
            raise WireTimeout("the deadline is over")

    def _wall_seconds(self, waited: float) -> float:
        return min(wall_s(limit_s, waited) - used_s for limit_s, used_s in self._limits)
