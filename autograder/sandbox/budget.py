"""The seconds that one submission's cells may take in all, over every run of its notebook."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Budget:
    """The seconds left: as many for the cells that answers need as for the student's own experiments.

    So experiments, however long, keep no answer from being run.

    why      the reason given for an own cell that is not run
    refused  the places of the cells that were not run
    """

    seconds: float
    why: str = ""
    refused: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.needed_s = self.own_s = self.seconds
        self._used_up = f"the notebook had used up its {self.seconds:g} s"
        self.why = self.why or self._used_up

    def refusal(self, place: int, needed: bool) -> str:
        """The reason not to run a cell, "" if there is time for it. A cell refused once is refused in every run."""
        left_s = self.needed_s if needed else self.own_s
        if left_s > 0 and place not in self.refused:
            return ""
        self.refused.add(place)
        return self._used_up if needed else self.why

    def charge(self, needed: bool, seconds: float) -> None:
        """Subtract the seconds that a cell took."""
        if needed:
            self.needed_s -= seconds
        else:
            self.own_s -= seconds

    def give_up_own(self, why: str) -> None:
        """Run no more of the student's own experiments."""
        if self.own_s > 0:
            self.own_s, self.why = 0.0, why
