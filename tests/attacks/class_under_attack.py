"""A class with attackers in it: their attempts, their outcomes, and any traces they leave.

An attack is a file of tests/attacks/code: a docstring that describes the attempt in one sentence, and the code of some
cells. The facts behind the sentence:

    honest: double wrong, scale_forward correct      the outcomes of the same answers without the attack
    graded: double crashed, scale_forward correct    the reasons with it, if they differ; the points must not.
                                                     memory/timeout: whichever comes first
    says: ended the kernel                           part of the message to the student, if that matters

Cells are `first` (before all others), `last` (after them), and the two solution cells `double` and `Scale`; a
missing solution cell gets an honest answer, right or wrong as the facts say. Names between @ signs stand
for places that exist around the grader (`Surroundings`).
"""

from __future__ import annotations

import ast
import ctypes
import hashlib
import inspect
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from unittest import mock

import nbformat
import psutil
from attacks.in_metadata import EDITS
from every_assignment import REPOSITORY, SAMPLE_COURSE
from fork_server import gone_soon
from tiny_course import ID, answered, edited, hand_in, tiny_course

from autograder import collect, course
from autograder.batch.grade_class import ClassGrader
from autograder.batch.pools import pool_for
from autograder.gradebook.book import Gradebook
from autograder.gradebook.read_back import results_in
from autograder.gradebook.writer import GradebookWriter
from autograder.grading import grader, variants
from autograder.grading.options import Options
from autograder.grading.store import ResultStore
from autograder.result import Result
from autograder.sandbox import Limits

Edit = Callable[[nbformat.NotebookNode], None]
ATTACKS = REPOSITORY / "tests" / "attacks" / "code"
QUESTIONS = {"double": "double", "scale_forward": "Scale"}  # question -> its solution cell
RIGHT_ANSWERS = {
    "double": "def double(xs):\n    return 2 * xs\n",
    "Scale": "class Scale:\n    def __init__(self, w):\n        self.params, self.grads = [w], [np.zeros_like(w)]\n\n"
    "    def forward(self, xs):\n        return double(xs) * self.params[0]\n",
}
WRONG_ANSWERS = {
    "double": "def double(xs):\n    return 3 * xs\n",
    "Scale": "class Scale:\n    def __init__(self, w):\n        self.params = [w]\n\n"
    "    def forward(self, xs):\n        return double(xs) + self.params[0]\n",
}
QUESTION_S = 1.0
HELLO_S = 2.0
LIMITS = Limits(
    memory_bytes=6 * 2**28, question_bytes=2**29, processes=64, file_bytes=16 * 2**20, cell_s=4.0, notebook_s=60.0
)
RIGHT, LAST = "0-right", "zz-wrong"  # the neighbours: one before all attackers, one after them
NEIGHBOURS = {RIGHT: ("correct", "correct"), LAST: ("wrong", "correct")}
BATCH = 12
PLANTED = "planted"  # part of the name of every file that an attack makes
NOTEBOOK_BYTES = 16 * 2**20
SUBREAPER = 36  # prctl's PR_SET_CHILD_SUBREAPER


@dataclass(frozen=True)
class Attack:
    """One attack: its aim, the outcomes of the same answers without it and with it, and its cells."""

    name: str
    tries: str
    honest: tuple[str, ...]
    graded: tuple[str, ...]
    feedback: str
    cells: dict[str, str]
    edit: Edit = lambda notebook: None

    def may_end_in(self, reasons: Sequence[str]) -> bool:
        """Whether these reasons are the required ones."""
        return all(one in expected.split("/") for one, expected in zip(reasons, self.graded, strict=True))

    def submission(self, root: Path, places: dict[str, str]) -> bytes:
        """The submitted notebook."""
        answers = {name: text for name, text in self.cells.items() if name in WRONG_ANSWERS}
        data = answered(root, _honest_answers(self.honest) | answers)
        data = edited(data, lambda notebook: _put_around(notebook, self.cells.get("first"), self.cells.get("last")))
        return _with_places(edited(data, self.edit).decode(), places).encode()


def attacks() -> list[Attack]:
    """All attacks, by name: those in code, and those in the notebook around it."""
    in_code = [_in_code(path) for path in ATTACKS.glob("*.py")]
    around = [_attack(edit.__name__, inspect.getdoc(edit) or "", {}, edit) for edit in EDITS]
    return sorted([*in_code, *around], key=lambda attack: attack.name)


def _in_code(path: Path) -> Attack:
    """The attack in a file."""
    text = path.read_text(encoding="utf-8")
    parts = re.split(r"^# %% (\w+)\n", text, flags=re.MULTILINE)[1:]
    cells = {name: source.strip() for name, source in zip(parts[::2], parts[1::2], strict=True)}
    return _attack(path.stem, ast.get_docstring(ast.parse(text)) or "", cells)


def _attack(name: str, told: str, cells: dict[str, str], edit: Edit = lambda notebook: None) -> Attack:
    facts = dict(re.findall(r"^(honest|graded|says): (.+)$", told, re.MULTILINE))
    honest = _outcomes(facts["honest"])
    graded = _outcomes(facts["graded"]) if "graded" in facts else honest
    return Attack(name, told.split("\n")[0], honest, graded, facts.get("says", ""), cells, edit)


def _outcomes(text: str) -> tuple[str, ...]:
    """ "double wrong, scale_forward correct" as the outcomes in the order of the questions."""
    outcome_of = dict(part.split() for part in text.split(", "))
    return tuple(outcome_of[question] for question in QUESTIONS)


def _honest_answers(outcomes: Sequence[str]) -> dict[str, str]:
    """The solution cells that get these outcomes without an attack."""
    cells = zip(QUESTIONS.values(), outcomes, strict=True)
    return {cell: (RIGHT_ANSWERS if outcome == "correct" else WRONG_ANSWERS)[cell] for cell, outcome in cells}


def _put_around(notebook: nbformat.NotebookNode, first: str | None, last: str | None) -> None:
    if first is not None:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(first))
    if last is not None:
        notebook.cells.append(nbformat.v4.new_code_cell(last))


def _with_places(text: str, places: dict[str, str]) -> str:
    for name, place in places.items():
        text = text.replace(f"@{name}@", place)
    return text


@dataclass
class Surroundings:
    """A course, a folder beside it, a home folder and the grader's variables, with a secret in each; and listeners.

    The secrets are in the hidden suite, the reference, neighbours' work, home folder, folder beside and environment;
    one is the course's own, which decides the variant of the hidden inputs for a submission.
    """

    place: Path
    secrets: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for place in ("suite", "reference", "neighbour", "home", "outside", "variable"):
            self.secrets[place] = f"canary-{place}-{hashlib.sha256(place.encode()).hexdigest()[:8]}"
        self.root = tiny_course(self.place, suite=_suite(self.secrets["suite"]))
        self.home, self.outside = self.place / "home", self.place / "outside"
        for folder, place in ((self.home, "home"), (self.outside, "outside")):
            folder.mkdir()
            (folder / "canary.txt").write_text(self.secrets[place])
        self.secrets["course"] = hashlib.sha256(b"course").hexdigest()
        (self.root / variants.PLACE).parent.mkdir()
        (self.root / variants.PLACE).write_text(self.secrets["course"])
        source = self.root / "solutions" / ID / "tiny.py"
        line = "doubled = 2 * xs"
        source.write_text(source.read_text().replace(line, f"{line}  # {self.secrets['reference']}"))

    @contextmanager
    def around(self) -> Iterator[None]:
        """Run the grader in these surroundings: course, home folder, variables, listeners; inherit all its orphans."""
        grader.forget_loaded()
        variables = {"HOME": str(self.home), "AUTOGRADER_CANARY": self.secrets["variable"], variants.VARIABLE: ""}
        with ExitStack() as stack:
            stack.enter_context(course.using(course.ScriptCourse(self.root)))
            stack.enter_context(mock.patch.dict(os.environ, variables))
            stack.enter_context(mock.patch("autograder.sandbox.connection.HELLO_S", HELLO_S))
            stack.enter_context(_heir())
            self.listeners = [stack.enter_context(one) for one in self._listeners()]
            yield

    def _listeners(self) -> Iterator[socket.socket]:
        for family, address in (
            (socket.AF_INET, ("127.0.0.1", 0)),
            (socket.AF_UNIX, f"\0{self.place.name}-{os.getpid()}-hostile"),
            (socket.AF_UNIX, str(self.outside / "host.sock")),
        ):
            listener = socket.socket(family)
            listener.bind(address)
            listener.listen()
            listener.setblocking(False)
            yield listener

    @property
    def places(self) -> dict[str, str]:
        """The values of the names between @ signs in an attack."""
        port = self.listeners[0].getsockname()[1]
        return {
            "COURSE": str(self.root), "OUTSIDE": str(self.outside), "HOME": str(self.home),
            "REPOSITORY": str(REPOSITORY), "PORT": str(port), "ABSTRACT": f"{self.place.name}-{os.getpid()}-hostile",
        }  # fmt: skip

    def called(self) -> list[str]:
        """A line for each connection made to a listener."""
        calls = []
        for listener in self.listeners:
            with suppress(BlockingIOError):
                while True:
                    listener.accept()[0].close()
                    calls.append(f"somebody connected to {listener.getsockname()!r}")
        return calls

    def files(self) -> dict[str, str]:
        """The content of every file around the grader that nobody may change (all but its own results), by path."""
        own = {".autograder", "gradebook.db", "autograded", "feedback", "submitted", "not_graded", "build"}
        digests = {}
        for top in (self.root, self.home, self.outside):
            for path in top.rglob("*"):
                mine = path.is_relative_to(self.root) and path.relative_to(self.root).parts[0] in own
                if path.is_file() and not mine and "__pycache__" not in path.parts:
                    digests[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
        return digests


def _suite(secret: str) -> str:
    """The sample course's hidden suite with a secret in it and a short time limit."""
    text = (SAMPLE_COURSE / "solutions" / ID / "hidden_tests" / "test_tiny.py").read_text()
    return text.replace("points=1", f"points=1, timeout_s={QUESTION_S}") + f"\nSECRET = {secret!r}\n"


@contextmanager
def _heir() -> Iterator[None]:
    """Inherit processes whose parents have ended, so that none can be left behind unseen."""
    prctl = ctypes.CDLL(None).prctl
    prctl(SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        prctl(SUBREAPER, 0, 0, 0, 0)


def running() -> set[int]:
    """The processes that this one has started, directly or indirectly."""
    return {child.pid for child in psutil.Process().children(recursive=True)}


def _planted() -> list[str]:
    """Files left by attackers in places of the machine that everybody, or root, may write to."""
    tops = ("/", "/tmp", "/var/tmp", "/dev/shm", "/etc", "/usr/local", str(REPOSITORY), os.getcwd())
    return sorted(str(path) for top in tops for path in Path(top).glob(f"*{PLANTED}*"))


@dataclass(frozen=True)
class Seen:
    """The results of one attack: the record, and as texts the page and the executed notebook."""

    result: Result
    notebook: str
    page: str

    @property
    def reasons(self) -> tuple[str, ...]:
        """The outcome of each question."""
        return tuple(question.reason for question in self.result.questions)

    @property
    def points(self) -> tuple[float | None, ...]:
        """The points of each question."""
        return tuple(question.score for question in self.result.questions)


class HostileClass:
    """Grades attackers among neighbours, one batch at a time, and keeps the results."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.around = surroundings
        self.attacks = {attack.name: attack for attack in attacks()}
        self.book = Gradebook(surroundings.root)
        self.seen: dict[str, Seen] = {}
        self.breaches: dict[str, list[str]] = {}

    @cached_property
    def work(self) -> dict[str, bytes]:
        """The neighbours' submissions, with a secret of theirs inside."""
        secret = f"secret = {self.around.secrets['neighbour']!r}"
        return {
            name: edited(
                answered(self.around.root, _honest_answers(outcomes)),
                lambda notebook: _put_around(notebook, None, secret),
            )
            for name, outcomes in NEIGHBOURS.items()
        }

    @cached_property
    def alone(self) -> dict[str, object]:
        """The neighbours' records in a class without attackers."""
        self._grade([])
        return self._neighbours()

    @property
    def number_of_batches(self) -> int:
        """The number of batches."""
        return -(-len(self.attacks) // BATCH)

    @cached_property
    def honest(self) -> dict[tuple[str, ...], tuple[float | None, ...]]:
        """The points of honest answers, right and wrong."""
        kinds = [(double, scale) for double in ("correct", "wrong") for scale in ("correct", "wrong")]
        shutil.rmtree(self.around.root / "submitted", ignore_errors=True)
        for number, kind in enumerate(kinds):
            hand_in(self.around.root, f"honest-{number}", answered(self.around.root, _honest_answers(kind)))
        results = self._graded()
        return dict(zip(kinds, (tuple(q.score for q in result.questions) for result in results), strict=True))

    def outcome(self, name: str) -> Seen:
        """The results of an attack; its batch is graded first if necessary."""
        if name not in self.seen:
            self.batch(sorted(self.attacks).index(name) // BATCH)
        return self.seen[name]

    def batch(self, number: int) -> list[str]:
        """The breaches of a batch of attackers; if there are any, each names its attacker."""
        names = sorted(self.attacks)[number * BATCH : (number + 1) * BATCH]
        key = " ".join(names)
        if key not in self.breaches:
            breaches = self._breaches(names)
            if breaches and len(names) > 1:
                breaches = [f"{name}: {breach}" for name in names for breach in self._breaches([name])] or breaches
            self.breaches[key] = breaches
        return self.breaches[key]

    def _breaches(self, names: Sequence[str]) -> list[str]:
        """Grade these attackers together with the neighbours; return everything that changed."""
        alone = self.alone
        with self.nothing_else_happens() as breaches:
            self._grade(names)
        records = self._neighbours()
        return breaches + [
            f"the record of {neighbour} is another"
            for neighbour, state in alone.items()
            if records.get(neighbour) != state
        ]

    @contextmanager
    def nothing_else_happens(self) -> Iterator[list[str]]:
        """Look around before and after the block; fill the list with everything left behind, changed or made."""
        files, processes_before, planted = self.around.files(), running(), _planted()
        made: list[str] = []
        breaches: list[str] = []
        with mock.patch.object(tempfile, "mkdtemp", _noting(tempfile.mkdtemp, made)):
            yield breaches
        left = [pid for pid in running() - processes_before if not gone_soon([pid])]
        changed = {name for name, state in self.around.files().items() ^ files.items()}
        breaches += [
            *self.around.called(),
            *(f"a process is left: {_told(pid)}" for pid in left),
            *(f"{path} was changed" for path in sorted(changed)),
            *(f"{path} was made" for path in _planted() if path not in planted),
            *(f"{folder} is left" for folder in made if os.path.lexists(folder)),
        ]

    def _grade(self, names: Sequence[str]) -> None:
        root = self.around.root
        shutil.rmtree(root / "submitted", ignore_errors=True)
        for neighbour, data in self.work.items():
            hand_in(root, neighbour, data)
        for name in names:
            hand_in(root, name, self.attacks[name].submission(root, self.around.places))
        self.results = {result.student: result for result in self._graded()}
        self.seen |= {name: self._what_came_of(self.results[name]) for name in names}

    def _graded(self) -> list[Result]:
        return self.graded(self.around.root / "submitted")

    def graded(self, path: Path) -> list[Result]:
        """Grade everything handed in there again, in this process, and enter it into the gradebook."""
        root = self.around.root
        store, writer = ResultStore(root, reading=False), GradebookWriter(root)
        grader = ClassGrader(Options(ID, limits=LIMITS), lambda count: pool_for(1, count), store, writer)
        return grader.grade(collect.find(path, ID))

    def _what_came_of(self, result: Result) -> Seen:
        notebook = self.around.root / "autograded" / result.student / ID / "tiny.ipynb"
        if not notebook.is_file():
            return Seen(result, "", "")
        return Seen(result, notebook.read_text(), self.book.feedback(result.student, ID).read_text())

    def in_gradebook(self, student: str) -> Result:
        """A student's result in the gradebook."""
        (result,) = [result for result in results_in(self.around.root) if result.student == student]
        return result

    def _neighbours(self) -> dict[str, object]:
        """The neighbours' records in the class and in the gradebook, without times."""
        records = {}
        for source, results in (("class", self.results.values()), ("gradebook", results_in(self.around.root))):
            for result in results:
                if result.student in NEIGHBOURS:
                    records[f"{result.student} in the {source}"] = {**result.to_json(), "execution_time": 0.0}
        return records


def _noting(make, made: list[str]):
    """`make` with its results recorded in `made`."""

    def noting(*args, **kwargs):
        made.append(make(*args, **kwargs))
        return made[-1]

    return noting


def _told(pid: int) -> str:
    with suppress(psutil.NoSuchProcess):
        return " ".join(psutil.Process(pid).cmdline())[:200]
    return str(pid)
