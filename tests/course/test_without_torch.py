"""The released folders in an environment as students have it: numpy, matplotlib, tqdm, jupyter, and no torch."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
import venv
from importlib import metadata
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement

from autograder import course
from autograder.authoring.filled_notebook import filled

ASKED_OF_STUDENTS = ("numpy", "matplotlib", "tqdm", "ipykernel", "nbconvert")
ABOUT_TORCH = ("06_bidirectional_lstm", "07_torch_translation")
WRITTEN_IN_TORCH = ("07_torch_translation",)
pytestmark = pytest.mark.slow


def needed(names: tuple[str, ...]) -> list[metadata.Distribution]:
    """The named distributions and all their dependencies."""
    wanted, seen = [Requirement(name) for name in names], set()
    distributions: dict[str, metadata.Distribution] = {}
    while wanted:
        requirement = wanted.pop()
        for extra in {"", *requirement.extras}:
            if (requirement.name, extra) not in seen:
                seen.add((requirement.name, extra))
                distributions[requirement.name] = metadata.distribution(requirement.name)
                asked = map(Requirement, distributions[requirement.name].requires or ())
                wanted += [each for each in asked if not each.marker or each.marker.evaluate({"extra": extra})]
    return list(distributions.values())


@pytest.fixture(scope="module")
def students_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with only the packages that students are asked to install."""
    root = tmp_path_factory.mktemp("students")
    venv.EnvBuilder(symlinks=True, with_pip=False).create(root)
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(root), "platbase": str(root)}))
    for distribution in needed(ASKED_OF_STUDENTS):
        for top in {file.parts[0] for file in distribution.files or () if file.parts[0] not in ("..", "__pycache__")}:
            if not (packages / top).exists():  # a distribution may be required under two spellings
                (packages / top).symlink_to(Path(str(distribution.locate_file(top))).resolve())
    return root / "bin" / "python"


def run(python: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The output of a command run by that interpreter."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MPL", "VIRTUAL_ENV"))}
    return subprocess.run(
        [python, *arguments], cwd=folder, env=kept, capture_output=True, text=True, timeout=250, check=False
    )


def test_there_is_no_torch(students_python: Path, tmp_path: Path) -> None:
    """Otherwise the tests below would prove nothing."""
    ran = run(students_python, "-c", "import numpy, matplotlib, tqdm, nbconvert; import torch", folder=tmp_path)
    assert ran.returncode == 1
    assert "No module named 'torch'" in ran.stderr


@pytest.mark.parametrize("id", [id for id in course.current().assignment_ids() if id not in WRITTEN_IN_TORCH])
def test_a_released_notebook_runs_without_torch(students_python: Path, tmp_path: Path, id: str) -> None:
    """Run the released folder, answers filled in, from top to bottom; where torch is the topic, without its checks."""
    assignment = course.current().load(id)
    shutil.copytree(assignment.release, tmp_path / id)
    notebook = filled(id)
    with_torch = [cell for cell in notebook.cells if cell.cell_type == "code" and "import torch" in cell.source]
    assert bool(with_torch) == (id in ABOUT_TORCH)
    notebook.cells = [cell for cell in notebook.cells if cell not in with_torch]
    nbformat.write(notebook, tmp_path / id / "filled.ipynb")
    command = ("-m", "nbconvert", "--to", "notebook", "--execute", "--output", "run.ipynb", "filled.ipynb")
    ran = run(students_python, *command, folder=tmp_path / id)
    assert ran.returncode == 0, ran.stderr[-3000:]
    executed = nbformat.read(tmp_path / id / "run.ipynb", as_version=4)
    assert any(cell.get("outputs") for cell in executed.cells)
