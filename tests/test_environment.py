"""Dependencies and commands agree wherever they are named: pyproject, lock, environment.yml, Makefile, README, CI."""

from __future__ import annotations

import importlib.metadata
import os
import re
import tomllib
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK_TEXT = (ROOT / "requirements.lock").read_text()
LOCK_LINE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([0-9][0-9A-Za-z.]*)")


def locked_versions(text: str) -> dict[str, Version]:
    """Name -> version of every line of a lock; ValueError at a line that is not `name==version`, or a second one."""
    versions: dict[str, Version] = {}
    for line in filter(None, (line.strip() for line in text.splitlines() if not line.startswith("#"))):
        match = LOCK_LINE.fullmatch(line)
        if not match or canonicalize_name(match[1]) in versions:
            raise ValueError(f"not a line of a lock: {line!r}")
        versions[canonicalize_name(match[1])] = Version(match[2])
    return versions


def disagreements(requirements: Iterable[Requirement], versions: dict[str, Version]) -> list[str]:
    """The requirements that a lock omits or violates."""
    wrong = []
    for requirement in requirements:
        version = versions.get(canonicalize_name(requirement.name))
        if version is None:
            wrong.append(f"{requirement} is not in the lock")
        elif version not in requirement.specifier:
            wrong.append(f"{requirement}, but the lock has {version}")
    return wrong


def required(*extras: str) -> list[Requirement]:
    """The project's requirements with those of `extras`, without the project itself."""
    texts = PROJECT["dependencies"] + [r for e in extras for r in PROJECT["optional-dependencies"][e]]
    return [r for r in map(Requirement, texts) if r.name != PROJECT["name"]]


def closure(requirements: Iterable[Requirement]) -> set[str]:
    """Names of everything that `requirements` bring in, as installed here; packages not installed are not followed."""
    seen: set[str] = set()
    waiting = [(r.name, tuple(r.extras)) for r in requirements]
    while waiting:
        name, extras = waiting.pop()
        seen.add(canonicalize_name(name))
        try:
            wanted = map(Requirement, importlib.metadata.requires(name) or [])
        except importlib.metadata.PackageNotFoundError:
            continue
        for r in wanted:
            active = r.marker is None or any(r.marker.evaluate({"extra": e}) for e in ("", *extras))
            if active and canonicalize_name(r.name) not in seen:
                waiting.append((r.name, tuple(r.extras)))
    return seen


def makefile_targets() -> set[str]:
    """The targets of the Makefile."""
    return set(re.findall(r"^([a-z]+):(?!=)", (ROOT / "Makefile").read_text(), re.MULTILINE))


def first_commands(readme: str) -> list[str]:
    """The `make` commands of a README's first code block."""
    block = re.search(r"^( {4}make .*\n)+|```\w*\n(.*?)```", readme, re.MULTILINE | re.DOTALL)
    return re.findall(r"make [a-z]+", block[0]) if block else []


@pytest.mark.parametrize("extra", ["", *PROJECT["optional-dependencies"]])
def test_the_lock_has_each_dependency_within_its_range(extra: str) -> None:
    wanted = required(*[extra] if extra else [])
    assert wanted
    assert disagreements(wanted, locked_versions(LOCK_TEXT)) == []


def test_a_lock_that_disagrees_is_noticed() -> None:
    versions = {"numpy": Version("3.1")}
    wanted = [Requirement("numpy>=2,<3"), Requirement("rich>=1")]
    assert disagreements(wanted, versions) == ["numpy<3,>=2, but the lock has 3.1", "rich>=1 is not in the lock"]


@pytest.mark.parametrize("line", ["torch==2.13.0+cpu", "numpy>=2", "-e .", "numpy==2.1\nNumPy==2.2", "x @ file:///x"])
def test_a_lock_holds_exact_versions_only(line: str) -> None:
    with pytest.raises(ValueError, match="not a line of a lock"):
        locked_versions(line)


def test_the_lock_names_no_cuda_package() -> None:
    assert [name for name in locked_versions(LOCK_TEXT) if name.startswith(("nvidia-", "cuda-", "triton"))] == []


def test_torch_is_an_extra_and_pinned() -> None:
    assert "torch==2.13.0" in PROJECT["optional-dependencies"]["torch"]
    assert "torch" in {r.name for r in required("torch")}
    assert f"{PROJECT['name']}[torch]" in PROJECT["optional-dependencies"]["dev"]


def test_nothing_that_grading_needs_brings_torch() -> None:
    brought = closure(required())
    assert {"numpy", "nbgrader", "traitlets"} <= brought
    assert "torch" not in brought
    assert "torch" in closure(required("torch"))


def test_the_lock_is_complete_and_is_what_is_installed() -> None:
    versions = locked_versions(LOCK_TEXT)
    brought = closure(required("dev")) - {"pip"}
    cuda = {name for name in brought if name.startswith(("nvidia-", "cuda-", "triton"))}
    installed = {name: importlib.metadata.version(name) for name in brought - cuda if find_distribution(name)}
    assert "numpy" in installed
    wrong = {n: v for n, v in installed.items() if versions.get(n) != Version(Version(v).public)}
    assert wrong == {}, "run `make test`, which installs what the lock says, or `make lock`"


def find_distribution(name: str) -> bool:
    """Whether `name` is installed here."""
    try:
        return bool(importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return False


def test_python_is_the_same_everywhere() -> None:
    supported = SpecifierSet(PROJECT["requires-python"])
    assert [v for v in ("3.10", "3.11", "3.12", "3.13") if Version(v) in supported] == ["3.11", "3.12"]
    assert "python=3.11" in conda()["dependencies"]
    assert {"python3.11", "python3.12"} <= set(re.findall(r"python3\.\d+", (ROOT / "Makefile").read_text()))


def conda() -> dict[str, Any]:
    """environment.yml."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "environment.yml").read_text())
    return read


def test_conda_gets_bubblewrap_and_the_rest_from_the_same_lock() -> None:
    plain = [d for d in conda()["dependencies"] if isinstance(d, str)]
    (by_pip,) = [d["pip"] for d in conda()["dependencies"] if isinstance(d, dict)]
    assert conda()["channels"] == ["conda-forge"]
    assert sorted(plain) == ["bubblewrap", "pip", "python=3.11"]
    assert by_pip == ["-c requirements.lock", "-e .[torch]"]


def test_the_makefile_installs_from_the_lock() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (install,) = re.findall(r"^INSTALL := .*$", makefile, re.MULTILINE)
    assert install.endswith("-c requirements.lock")
    assert [line for line in makefile.splitlines() if "pip install" in line and ".lock-venv" not in line] == []


def test_the_readme_opens_with_two_commands_that_exist() -> None:
    commands = first_commands((ROOT / "README.md").read_text())
    assert commands[:2] == ["make demo", "make test"]
    assert {"demo", "test", "check", "build", "validate", "bench", "clean", "help"} <= makefile_targets()


def test_ci_calls_the_readmes_test_command_last() -> None:
    lines = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[-1] == "step make test"
    assert "set -euo pipefail" in lines
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_contributing_names_only_targets_that_exist() -> None:
    named = set(re.findall(r"`make ([a-z]+)", (ROOT / "CONTRIBUTING.md").read_text()))
    assert named
    assert named <= makefile_targets()


def test_every_entry_point_leads_somewhere() -> None:
    targets = [*PROJECT["scripts"].values(), *PROJECT["entry-points"]["jupyter_client.kernel_provisioners"].values()]
    missing = [target for target in targets if find_spec(target.partition(":")[0]) is None]
    assert missing == []


def test_changelog_lines_say_what_they_touch() -> None:
    lines = [line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("- ")]
    assert lines
    assert [line for line in lines if not line.startswith(("- handout: ", "- tests: ", "- grader: "))] == []
