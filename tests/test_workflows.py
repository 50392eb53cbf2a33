"""The workflows: pinned, with few rights, and made of commands that there are."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_environment import makefile_targets

from autograder import course

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)


def read(path: Path) -> dict[str, Any]:
    workflow: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return workflow


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


def scripts(path: Path) -> list[str]:
    return [step["run"] for step in steps(path) if "run" in step]


@every_workflow
def test_actions_are_pinned_to_a_commit_and_say_which_version_it_is(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert len(lines) == sum("uses" in step for step in steps(path))
    assert [line for line in lines if not re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)] == []


@every_workflow
def test_the_token_may_read_and_every_job_ends(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] <= 120 for job in workflow["jobs"].values())


@every_workflow
def test_what_outsiders_write_reaches_no_script_as_text(path: Path) -> None:
    """Only values of ours stand in scripts: others come as environment variables."""
    used = re.findall(r"\$\{\{\s*([^}]+?)\s*\}\}", "\n".join(scripts(path)))
    assert [name for name in used if not name.startswith("matrix.")] == []


@every_workflow
def test_make_knows_every_target(path: Path) -> None:
    named = set(re.findall(r"\bmake ([a-z]+)", "\n".join(scripts(path))))
    assert named
    assert named <= set(makefile_targets())


@every_workflow
def test_scripts_are_bash(path: Path) -> None:
    for script in scripts(path):
        done = subprocess.run(["bash", "-n"], input=re.sub(r"\$\{\{.*?\}\}", "x", script), text=True, check=False)
        assert done.returncode == 0, script


def test_every_test_is_in_one_part() -> None:
    """The folders of tests/ and solutions/, each in exactly one part of the matrix."""
    parts = read(ROOT / ".github/workflows/ci.yml")["jobs"]["test"]["strategy"]["matrix"]["part"]
    named, rest, solutions = parts
    left_out = re.findall(r"--ignore (\S+)", rest)
    assert named.split() == left_out
    assert all((ROOT / folder).is_dir() for folder in left_out)
    assert (rest.split()[0], solutions) == ("tests", "solutions")


def test_the_list_of_assignments_is_the_courses() -> None:
    (script,) = [script for script in scripts(ROOT / ".github/workflows/ci.yml") if "jq" in script]
    listing = re.search(r"basename -a \S+", script)
    assert listing is not None
    done = subprocess.run(["bash", "-c", listing[0]], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == course.current().assignment_ids()


def test_the_devcontainer_is_built_from_the_dockerfile() -> None:
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    assert (ROOT / ".devcontainer" / container["build"]["dockerfile"]).resolve() == ROOT / "Dockerfile"
    targets = re.findall(r"make ([a-z]+)", (ROOT / "Dockerfile").read_text() + container["postCreateCommand"])
    assert set(targets) <= set(makefile_targets())
