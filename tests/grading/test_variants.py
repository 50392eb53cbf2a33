"""The secret of a course, and the variant of the hidden inputs that it assigns to a submission."""

from __future__ import annotations

import collections
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tiny_course import ID, Commands, answered, hand_in, tiny_course

from autograder import course
from autograder.batch.grade_class import grade_many
from autograder.batch.pools import Answer
from autograder.batch.task import Task
from autograder.collect.handed_in import HandedIn
from autograder.errors import GraderError
from autograder.grading import provenance
from autograder.grading.grader import grade
from autograder.grading.options import Options
from autograder.grading.store import Graded
from autograder.grading.variants import PLACE, VARIABLE, course_secret, variant_of, with_variant
from autograder.testing.hidden_inputs import VARIANTS

SECRET = b"a secret of a course"
SHOWN_VARIANT = """
from autograder.testing.checks import equal
from autograder.errors import CheckFailed
from autograder.testing.hidden_inputs import hidden_rng
from autograder.testing.question import question


@question("double", points=1)
def test_double(student, reference):
    xs = hidden_rng(3).standard_normal(3)
    equal("the length", len(student.call("double", xs)), 3)
    raise CheckFailed("what was drawn", f"{xs[0]:.9f}", "nothing")


@question("scale_forward", points=1)
def test_scale_forward(student, reference):
    equal("nothing", 1, 1)
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A separate course, without a secret in the environment."""
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    return tmp_path


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# choice of the variant


def test_all_variants_are_as_likely() -> None:
    seen = collections.Counter(variant_of(SECRET, sha256(b"%d" % n)) for n in range(2000))
    assert sorted(seen) == list(range(VARIANTS))
    assert max(abs(count - 500) for count in seen.values()) < 100  # five standard deviations


def test_submissions_that_differ_by_a_blank_often_meet_different_variants() -> None:
    changed = sum(
        variant_of(SECRET, sha256(b"x" * n)) != variant_of(SECRET, sha256(b"x" * n + b" ")) for n in range(400)
    )
    assert 240 < changed < 360  # three in four


def test_another_secret_is_another_order() -> None:
    hashes = [sha256(b"%d" % n) for n in range(100)]
    one, again, other = ([variant_of(secret, each) for each in hashes] for secret in (SECRET, SECRET, b"another"))
    assert one == again
    assert 5 < sum(a == b for a, b in zip(one, other, strict=True)) < 50


def test_the_same_file_meets_the_same_variant_whoever_hands_it_in(root: Path) -> None:
    met = {
        with_variant(b"a notebook", options).variant for options in (Options(), Options(ID), Options(training=False))
    }
    assert met == {variant_of(course_secret(), sha256(b"a notebook"))}


def test_a_variant_that_is_asked_for_is_taken_and_needs_no_secret(root: Path) -> None:
    for variant in range(VARIANTS):
        assert with_variant(b"a notebook", Options(variant=variant)).variant == variant
    assert not (root / PLACE).exists()


class Watching:
    """A pool that records the tasks and grades nothing."""

    max_workers = 1

    def __init__(self) -> None:
        self.tasks: list[Task] = []

    def run(self, tasks: Iterator[Task]) -> Iterator[Answer]:  # type: ignore[override]
        """Grade nothing."""
        self.tasks += tasks
        return iter(())

    def close(self) -> None:
        """End nothing."""


def test_a_worker_is_told_the_variant_and_needs_no_secret(root: Path) -> None:
    pool = Watching()
    work = [(HandedIn(name.decode(), name), Options(ID)) for name in (b"a", b"b", b"c", b"d", b"e")]
    assert list(grade_many(work, pool)) == []  # type: ignore[arg-type]
    wanted = [variant_of(course_secret(), sha256(task.data)) for task in pool.tasks]
    assert [task.options.variant for task in pool.tasks] == wanted


# the secret


def test_a_secret_is_made_once_for_its_owner_alone(root: Path) -> None:
    first = course_secret()
    path = root / PLACE
    assert course_secret() == first == path.read_bytes().strip()
    assert len(first) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_two_courses_have_two_secrets_and_a_lost_one_is_made_anew(
    root: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = course_secret()
    (root / PLACE).unlink()
    second = course_secret()
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path_factory.mktemp("another")))
    assert len({first, second, course_secret()}) == 3


def test_of_two_processes_that_make_one_the_first_ones_stays(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = b"ab" * 32
    link = os.link

    def late(draft: str, path: Path) -> None:
        path.write_bytes(theirs)
        link(draft, path)

    monkeypatch.setattr(os, "link", late)
    assert course_secret() == theirs
    assert [one.name for one in (root / PLACE).parent.iterdir()] == [PLACE.name]


def test_a_file_system_without_links_will_do(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(draft: str, path: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert course_secret() == course_secret()
    assert stat.S_IMODE((root / PLACE).stat().st_mode) == 0o600


def test_the_variable_comes_before_the_file(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = course_secret()
    monkeypatch.setenv(VARIABLE, "sixteen letters!")
    assert course_secret() == b"sixteen letters!"
    monkeypatch.setenv(VARIABLE, "")
    assert course_secret() == made


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(b"0123456789abcdef")


def binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)))


def made_a_folder(path: Path) -> None:
    path.mkdir()


def made_a_link_to_nothing(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


def put_a_file_for_its_folder(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_bytes(b"")


DAMAGE: list[tuple[Callable[[Path], None], str]] = [
    (emptied, "is damaged: remove the file, and a new one is made"),
    (cut, "is damaged: remove the file, and a new one is made"),
    (binary, "is damaged: remove the file, and a new one is made"),
    (made_a_folder, "can be neither read nor made .Is a directory.: give this user access to it, or set AUTOGRADER"),
    (made_a_link_to_nothing, "can be neither read nor made .No such file or directory."),
    (put_a_file_for_its_folder, "can be neither read nor made .(Not a directory|File exists)."),
]


@pytest.mark.parametrize(("damage", "message"), DAMAGE, ids=lambda part: getattr(part, "__name__", ""))
def test_an_invalid_secret_gives_one_message(root: Path, damage: Callable[[Path], None], message: str) -> None:
    (root / PLACE).parent.mkdir()
    damage(root / PLACE)
    with pytest.raises(GraderError, match=message) as raised:
        course_secret()
    assert len(str(raised.value).splitlines()) == 1


def test_a_short_secret_in_the_environment_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "sixteen letters")
    with pytest.raises(GraderError, match="AUTOGRADER_SECRET is too short for a secret: give it 16 characters or more"):
        course_secret()


def test_a_class_is_not_begun_without_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tiny_course(tmp_path)
    hand_in(root, "ann", answered(root))
    monkeypatch.delenv(VARIABLE)
    (root / PLACE).parent.mkdir()
    (root / PLACE).write_bytes(b"")
    ran = Commands(root, monkeypatch, capsys)("grade", root / "submitted", "--jobs", "1")
    assert ran.status == 2
    assert "is damaged" in ran.err
    assert not (root / "gradebook.db").exists()


def test_a_secret_is_kept_out_of_commits(root: Path) -> None:
    ignored = (Path(__file__).resolve().parents[2] / ".gitignore").read_text().splitlines()
    assert f"/{PLACE.parts[0]}/" in ignored


# a submission


@pytest.mark.slow
def test_a_submission_meets_its_variant_in_the_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_COURSE", str(tiny_course(tmp_path, suite=SHOWN_VARIANT)))
    provenance.forget_files()
    data = answered(course.current().root)

    def outcome(variant: int | None = None) -> Graded:
        return grade(data, Options(ID, variant=variant))

    own, again = outcome(), outcome()
    assert own.result.to_json() | {"execution_time": 0} == again.result.to_json() | {"execution_time": 0}
    met = with_variant(data, Options()).variant
    assert met is not None
    in_each = [outcome(variant).result.questions[0].output for variant in range(VARIANTS)]
    assert in_each[met] == own.result.questions[0].output
    assert len(set(in_each)) == VARIANTS
    record = repr(own.result.to_json()) + repr(own.notebook)
    assert os.environ[VARIABLE] not in record
