"""Expected curves of an experiment in the notebooks, from several seeds: written as a component and as a report."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from autograder import course

Curves = Mapping[str, Sequence[Sequence[float]]]  # training -> one curve per seed


@dataclass(frozen=True)
class Experiment:
    """A set of trainings and the files written about them.

    script    the module that measures; the report is written beside it, and the component has its name
    title     the task of the models
    function  the name of the component's function that returns the curves
    settings  the end of the sentence that describes the training
    seeds     seeds of the trainings
    epochs    number of epochs of each training
    reported  the epochs in the report's table
    """

    script: Path
    title: str
    function: str
    settings: str
    seeds: Sequence[int]
    epochs: int
    reported: Sequence[int]

    @property
    def component(self) -> Path:
        """The path of the component."""
        return course.current().root / "solutions" / "given" / self.script.name

    @property
    def report(self) -> Path:
        """The path of the report."""
        return self.script.with_suffix(".md")

    @property
    def origin(self) -> str:
        """The line that names the command that wrote a file."""
        folder = self.script.parents[1].name
        return f"Written by `python -m solutions.{folder}.calibration.{self.script.stem}`; not edited by hand."


def write(experiment: Experiment, curves: Curves, more: str = "") -> None:
    """Write component and report; `more` is appended to the report."""
    experiment.component.write_text(component_text(experiment, curves), encoding="utf-8")
    experiment.report.write_text(report_text(experiment, curves) + more, encoding="utf-8")


def component_text(experiment: Experiment, curves: Curves) -> str:
    """The component: the median over the seeds, epoch by epoch."""
    rows = "\n".join(f'    "{name}": [\n{_median(runs)}\n    ],' for name, runs in curves.items())
    names = ", ".join(f'"{name}"' for name in curves)
    constant, count = experiment.function.upper(), len(experiment.seeds)
    return f'''"""What exact match to expect on {experiment.title}, epoch by epoch: medians of {count} trainings.

{experiment.origin}
"""

{constant} = {{
{rows}
}}  # fmt: skip


def {experiment.function}(*names):
    """Expected learning curves, each a list of {experiment.epochs} floats, one per epoch: {names}.

    returns   dict from "<name>, expected" to the curve of that name
    """
    return {{f"{{name}}, expected": {constant}[name] for name in names}}
'''


def _median(runs: Sequence[Sequence[float]]) -> str:
    """The median over the seeds, as lines of numbers."""
    numbers = ", ".join(f"{share:.4f}" for share in np.median(runs, axis=0))
    return textwrap.fill(f"{numbers},", 100, initial_indent=8 * " ", subsequent_indent=8 * " ")


def report_text(experiment: Experiment, curves: Curves) -> str:
    """The report: the results of every seed."""
    seeds = " | ".join(f"seed {seed}" for seed in experiment.seeds)
    rows = "\n".join(
        f"| {name} | {epoch} | " + " | ".join(f"{run[epoch - 1]:.1%}" for run in runs) + " |"
        for name, runs in curves.items()
        for epoch in experiment.reported
    )
    title = experiment.title[0].upper() + experiment.title[1:]
    return f"""# {title}

{experiment.origin}

Exact match on the {experiment.settings}

| training | epoch | {seeds} |
| --- | --- | {" | ".join("---" for _ in experiment.seeds)} |
{rows}
"""
