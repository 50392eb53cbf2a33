"""The files of a Gradescope autograder: its two scripts, the grader, and the part of the course that it grades."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from autograder import course
from autograder.course.current import CHECKOUT
from autograder.course.handout import assignment_file, script_of
from autograder.errors import GraderError
from autograder.grading.variants import course_secret

SCRIPTS = Path(__file__).parent / "gradescope_scripts"
SCRIPT_NAMES = ("setup.sh", "run_autograder")
GRADER_FILES = ("pyproject.toml", "requirements.lock", "README.md", "LICENSE")
SECRET = "secret"  # read by run_autograder
TORCH_INDEX = "--extra-index-url https://download.pytorch.org/whl/cpu "


def gradescope_files(id: str, grader: Mapping[str, bytes]) -> dict[str, bytes]:
    """All files by path in the zip.

    grader   the grader's package, by path in the zip
    The course's secret is among them: then a submission meets the same hidden inputs there as here.
    Raises UnknownAssignment, and GraderError where the grader was not installed from a checkout.
    """
    if not all((CHECKOUT / name).is_file() for name in GRADER_FILES):
        raise GraderError(f"the grader in {CHECKOUT} is no checkout: package from a clone of the repository")
    with_torch = "torch" in course.current().needed_packages(id)
    values = {"@ID@": id, "@EXTRAS@": "[torch]" if with_torch else "", "@INDEX@": TORCH_INDEX if with_torch else ""}
    files = {name: _filled((SCRIPTS / name).read_text(encoding="utf-8"), values) for name in SCRIPT_NAMES}
    files |= {f"grader/{name}": (CHECKOUT / name).read_bytes() for name in GRADER_FILES} | dict(grader)
    root = course.current().root
    files |= {f"course/{path.relative_to(root).as_posix()}": path.read_bytes() for path in _deciding(id)}
    return files | {SECRET: course_secret() + b"\n"}


def _deciding(id: str) -> Iterator[Path]:
    """The files of the course that decide on a mark in this assignment, and the scripts of all that it builds on."""
    current = course.current()
    yield from current.deciding_files(id)
    for earlier in assignment_file.earlier(current.solutions, id):
        listed = current.solutions / earlier / assignment_file.NAME
        yield from [script_of(current.solutions, earlier), *([listed] if listed.is_file() else [])]


def _filled(text: str, values: Mapping[str, str]) -> bytes:
    for name, value in values.items():
        text = text.replace(name, value)
    return text.encode()
