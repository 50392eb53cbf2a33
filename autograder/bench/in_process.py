"""The yardstick of `make bench`: a notebook's cells and its hidden suite in one process, with no isolation at all.

    python -m autograder.bench.in_process ASSIGNMENT NOTEBOOK

The time that a script which trusts the student would take. It loads nothing of the sandbox.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from autograder import course
from autograder.errors import TaskError
from autograder.restore.released import SKIPPED
from autograder.sandbox.reference_server import FollowThrough
from autograder.testing.plugin import SuitePlugin
from autograder.testing.question import Question, question_in_role
from autograder.testing.runner import run_suite
from autograder.testing.student import BareConnection, Student, of_reference


def main(id: str, path: Path) -> None:
    """Run the cells that grading runs, then every question. Exits with a message if one fails."""
    os.environ["MPLBACKEND"] = "Agg"
    assignment = course.current().load(id)
    sys.path.insert(0, str(assignment.release))
    namespace: dict[str, object] = {"__name__": "__main__"}
    for source in cells(path):
        exec(compile(source, "<cell>", "exec"), namespace)

    @contextlib.contextmanager
    def connect(follow_through: FollowThrough, timeout_s: float) -> Iterator[BareConnection]:
        yield BareConnection(namespace, follow_through)

    plugin = SuitePlugin(connect, course.current().reference(id), frozenset(info.id for info in assignment.questions))
    run_suite(assignment.suite, plugin)
    failed = [outcome.test for outcome in plugin.outcomes if not outcome.passed]
    if failed or not plugin.outcomes:
        raise SystemExit(f"the yardstick failed {failed}")


def ask(id: str, question: str, namespace: dict[str, Any]) -> None:
    """Run the tests of one question against a notebook's globals, in this very process. Raises what a test raises."""
    tests, reference = _loaded(id)
    chosen = [test for test in tests if _question_of(test) == question]
    if not chosen:
        raise TaskError(f"{id} has no test of {question}")
    for test in chosen:
        known = {"student": Student(BareConnection(namespace), of_reference(reference)), "reference": reference}
        test(**{name: known[name] for name in inspect.signature(test).parameters})


@lru_cache
def _loaded(id: str) -> tuple[list[Any], SimpleNamespace]:
    """All hidden tests of an assignment, and its reference."""
    suite = course.current().load(id).suite
    sys.path.insert(0, str(suite.parent))
    modules = [importlib.import_module(f"{suite.name}.{path.stem}") for path in sorted(suite.glob("test_*.py"))]
    tests = [test for module in modules for test in _tests_of(module)]
    return tests, course.current().reference(id)


def _tests_of(module: ModuleType) -> Iterator[Any]:
    """The test functions of a module, and the test methods of its test classes."""
    for name, thing in vars(module).items():
        if name.startswith("test_"):
            yield thing
        elif name.startswith("Test"):
            methods = (getattr(thing(), method) for method in dir(thing) if method.startswith("test_"))
            yield from filter(callable, methods)


def _question_of(test: Any) -> str:
    mark = next(mark for mark in test.pytestmark if mark.name in ("question", "asks"))
    if mark.name == "question":
        asked: Question = mark.args[0]
        return asked.id
    return question_in_role(type(test.__self__), test.__name__, *mark.args).id


def cells(path: Path) -> Iterator[str]:
    """The sources of the code cells that grading runs: neither check cells nor those tagged to be skipped."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        metadata = cell["metadata"]
        skipped = metadata.get("nbgrader", {}).get("grade") or SKIPPED in metadata.get("tags", [])
        if cell["cell_type"] == "code" and not skipped:
            yield "".join(cell["source"])


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
