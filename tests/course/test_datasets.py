"""The datasets: their content, the loader that is handed out, their way into a release, the command `data`."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from itertools import product
from pathlib import Path
from types import ModuleType

import pytest
from course.dataset_files import COMPONENTS, FOLDER, TODO, components, module, told
from every_assignment import SAMPLE_COURSE
from tiny_course import Commands

from autograder import course
from autograder.authoring import build, source_notebook
from autograder.course import datasets
from autograder.errors import GraderError, TaskError

ADDITION = FOLDER / "addition.txt"
TOLD = told("addition.txt")
MAKERS = sorted(FOLDER.glob("make_*.py"))
PAIRS = list(product((1, 2, 3), repeat=2))
NUMBERS = {1: 10, 2: 90, 3: 900}  # digits -> how many numbers have them
ROW = re.compile(r"(?P<a>0|[1-9]\d{0,2})\+(?P<b>0|[1-9]\d{0,2}) *_(?P<sum>\d+) *")
RUN_IT = "run python -m autograder data"
# A maker of two lines of text, for tests of the command.
MAKER = 'def make():\n    return {"words.txt": b"one\\ntwo\\n"}\n'


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """The lines of addition.txt."""
    return ADDITION.read_bytes().decode("ascii").removesuffix("\n").split("\n")


@pytest.fixture(scope="module")
def parts(lines: list[str]) -> tuple[list[str], list[str]]:
    """The training questions and the test questions."""
    questions = [line[:7].rstrip() for line in lines]
    return questions[:45_000], questions[45_000:]


@pytest.fixture(scope="module")
def loader() -> ModuleType:
    """The component with `load_addition`."""
    return components("checked_files.py", "addition.py")


def lengths(question: str) -> tuple[int, ...]:
    """The numbers of digits of the operands."""
    return tuple(map(len, question.split("+")))


# addition.txt


def test_every_row_has_the_form_and_the_right_sum(lines: list[str]) -> None:
    assert len(lines) == 50_000
    for line in lines:
        match = ROW.fullmatch(line)
        assert match, line
        assert (len(line), line.index("_")) == (12, 7)
        assert int(match["a"]) + int(match["b"]) == int(match["sum"]), line
        assert str(int(match["sum"])) == match["sum"]
    assert len(set("".join(lines))) == 13


def test_the_nine_pairs_of_lengths_are_equally_frequent(parts: tuple[list[str], list[str]]) -> None:
    train, test = parts
    assert Counter(map(lengths, train)) == dict.fromkeys(PAIRS, 5000)
    assert Counter(map(lengths, test)) == {pair: 556 if 3 in pair else 555 for pair in PAIRS}


def test_no_question_is_in_both_parts(parts: tuple[list[str], list[str]]) -> None:
    train, test = map(set, parts)
    assert not train & test
    both = Counter(map(lengths, train | test))
    assert (both[1, 1], both[1, 2], both[2, 1]) == (100, 900, 900)  # all that exist of these small ones
    held_out = Counter(map(lengths, test))
    assert (held_out[1, 1], held_out[1, 2], held_out[2, 1]) == (10, 90, 90)


def test_no_question_is_repeated_more_than_need_be(parts: tuple[list[str], list[str]]) -> None:
    for part, asked in zip((9, 1), parts, strict=True):  # tenths of the questions
        for pair in PAIRS:
            often = Counter(question for question in asked if lengths(question) == pair)
            there_are = part * NUMBERS[pair[0]] * NUMBERS[pair[1]] // 10
            assert len(often) == min(there_are, often.total())
            assert max(often.values()) - min(often.values()) <= 1


def test_operands_are_uniform(parts: tuple[list[str], list[str]]) -> None:
    """Count the leading two digits of each three-digit operand: 90 possible values, about 167 rows each."""
    for place in (0, 1):
        operands = [question.split("+")[place] for question in parts[0]]
        tens = Counter(operand[:2] for operand in operands if len(operand) == 3)
        assert len(tens) == 90
        expected = tens.total() / 90
        statistic = sum((count - expected) ** 2 / expected for count in tens.values())
        assert statistic < 156.4  # exceeded once in 100,000 times by chi-square with 89 degrees of freedom


def test_the_order_of_the_rows_is_mixed(parts: tuple[list[str], list[str]]) -> None:
    for asked in parts:
        assert set(map(lengths, asked[:200])) == set(map(lengths, asked[-200:])) == set(PAIRS)


def turned(question: str) -> str:
    """`57+5` -> `5+57`."""
    a, b = question.split("+")
    return f"{b}+{a}"


def test_the_readme_tells_what_is_counted(lines: list[str], parts: tuple[list[str], list[str]]) -> None:
    known = set(parts[0])
    maker = module(FOLDER / "make_addition.py")
    assert TOLD.endswith(f"\n\n{maker.count(ADDITION.read_text(encoding='ascii'))}\n")
    assert "\n\n" + "".join(f"    {line}\n" for line in lines[:3]) + "\n" in TOLD
    test, distinct = parts[1], set(parts[1])
    mirrored = {question for question in distinct if turned(question) in known}
    assert f"{len(mirrored):,} of the {len(distinct):,} distinct test" in TOLD
    assert f"{len(test) - len(distinct):,} of the 5,000\ntest rows repeat" in TOLD


def test_the_readmes_table_agrees_with_a_count_of_our_own(parts: tuple[list[str], list[str]]) -> None:
    table = [re.findall(r"[\d,+ ]*\d|all", line) for line in TOLD.splitlines() if re.match(r"\| (\d \+|all)", line)]
    assert len(table) == 10
    known = set(parts[0])
    for (name, *cells), pair in zip(table, [*PAIRS, None], strict=True):
        mine = [[question for question in asked if pair in (None, lengths(question))] for asked in parts]
        mirrored = [question for question in mine[1] if turned(question) in known]
        numbers = [number for asked in mine for number in (len(asked), len(set(asked)), len(asked) - len(set(asked)))]
        assert name.strip() == (" + ".join(map(str, pair)) if pair else "all")
        assert [int(cell.replace(",", "")) for cell in cells[1:]] == [*numbers, len(set(mirrored)), len(mirrored)]


# the files and their makers


def test_the_makers_make_the_committed_files_byte_for_byte() -> None:
    made = {name: content for path in MAKERS for name, content in module(path).make().items()}
    assert made == {name: (FOLDER / name).read_bytes() for name in made}
    assert datasets.check(FOLDER) == dict.fromkeys(sorted(made), "")


def test_the_checksums_are_of_the_files() -> None:
    listed = dict(line.split("  ")[::-1] for line in (FOLDER / "SHA256SUMS").read_text().splitlines())
    files = [path for path in FOLDER.iterdir() if path.is_file() and path.suffix not in {".py", ".md", ""}]
    assert listed == {path.name: sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_maker_runs_as_a_plain_script(tmp_path: Path) -> None:
    script = shutil.copy(FOLDER / "make_addition.py", tmp_path)
    for arguments, printed in (([], ""), (["--count"], TOLD[TOLD.index("| digits") :])):
        done = subprocess.run(
            [sys.executable, "-I", script, *arguments], capture_output=True, text=True, check=False, cwd="/"
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, printed, "")
    assert (tmp_path / "addition.txt").read_bytes() == ADDITION.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["addition.txt", "make_addition.py"]


# the loader


def test_loader_gives_texts_without_padding(loader: ModuleType, lines: list[str]) -> None:
    (xs, ts), (xs_test, ts_test), characters = loader.load_addition(ADDITION)
    assert (len(xs), len(ts), len(xs_test), len(ts_test)) == (45_000, 45_000, 5000, 5000)
    assert [f"{x:<7}{t:<5}" for x, t in zip(xs + xs_test, ts + ts_test, strict=True)] == lines
    assert not any(text.endswith(" ") for text in xs + ts + xs_test + ts_test)
    assert sorted(characters) == list(characters) == sorted(set("".join(lines)))
    assert (characters[0], len(characters), type(characters)) == (" ", 13, str)


def test_loaders_checksum_is_that_of_the_datasets(loader: ModuleType) -> None:
    assert f"{loader.ADDITION_SHA256}  addition.txt\n" in (FOLDER / "SHA256SUMS").read_text()


def test_loader_looks_beside_itself(loader: ModuleType) -> None:
    assert Path(str(loader.__file__)).parent / "data" / "addition.txt" == loader.ADDITION_FILE


def test_loader_says_that_the_file_is_missing(loader: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=rf"addition\.txt is not there\. {TODO}"):
        loader.load_addition(tmp_path / "addition.txt")


WHOLE = ADDITION.read_bytes()
SPOILT = {
    "one answer": (WHOLE.replace(b"_1027", b"_1028", 1), "it was altered"),
    "cut off": (WHOLE[:-13], "it has 49999 lines, not 50000"),
    "cut off in a line": (WHOLE[:-5], "it was altered"),
    "empty": (b"", "it has 0 lines, not 50000"),
    "one line more": (WHOLE + b"1+1    _2   \n", "it has 50001 lines, not 50000"),
    "blanks at line ends gone": (WHOLE.replace(b" \n", b"\n"), "it was altered"),
    "a stray byte": (WHOLE[:20] + b"\xff" + WHOLE[20:], "it was altered"),
    "no text": (b"\xff\xfe" + WHOLE[2:], "it was altered"),
}


@pytest.mark.parametrize(("content", "message"), SPOILT.values(), ids=SPOILT)
def test_loader_refuses_another_file(loader: ModuleType, tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "addition.txt").write_bytes(content)
    with pytest.raises(ValueError, match=rf"addition\.txt is not the file that was handed out: {message}\. {TODO}"):
        loader.load_addition(tmp_path / "addition.txt")


def test_loader_takes_line_ends_of_windows(loader: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "addition.txt").write_bytes(WHOLE.replace(b"\n", b"\r\n"))
    assert loader.load_addition(tmp_path / "addition.txt") == loader.load_addition(ADDITION)


# into a release


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the sample course, made current, whose assignment hands out addition.txt too."""
    place = tmp_path / "course"
    shutil.copytree(SAMPLE_COURSE / "solutions", place / "solutions")
    (place / "datasets").mkdir()
    (place / "datasets" / "addition.txt").write_bytes(WHOLE)
    (place / "datasets" / "SHA256SUMS").write_text(f"{sha256(WHOLE).hexdigest()}  addition.txt\n")
    for name in ("checked_files.py", "addition.py"):
        shutil.copy(COMPONENTS / name, place / "solutions" / "given")
    assignment_file(place, 'data = ["addition.txt"]\n')
    script = place / "solutions" / "01_tiny" / "tiny.py"
    script.write_text(script.read_text().replace("from given import ", "from given import load_addition, "))
    monkeypatch.setenv("AUTOGRADER_COURSE", str(place))
    return place


def assignment_file(place: Path, text: str) -> None:
    """Write assignment.toml."""
    (place / "solutions" / "01_tiny" / "assignment.toml").write_text(text, encoding="utf-8")


def test_a_release_holds_its_datasets_beside_its_own_data(root: Path) -> None:
    changes = {change.path: change.status for change in build()}
    assert changes["assignments/01_tiny/data/addition.txt"] == "written"
    assert (root / "assignments/01_tiny/data/numbers.txt").exists()
    assert (root / "assignments/01_tiny/data/addition.txt").read_bytes() == WHOLE
    assert (root / "build/source/01_tiny/data/addition.txt").read_bytes() == WHOLE
    assert not any(change.is_difference for change in build(check=True))


def test_a_released_folder_and_the_reference_load_the_same(root: Path, loader: ModuleType, tmp_path: Path) -> None:
    build()
    wanted = loader.load_addition(ADDITION)
    assert course.current().reference("01_tiny").load_addition() == wanted
    shutil.copytree(root / "assignments/01_tiny", tmp_path / "copy")
    assert module(tmp_path / "copy" / "given.py").load_addition() == wanted


def test_a_reference_without_a_build_says_what_to_run(root: Path) -> None:
    with pytest.raises(FileNotFoundError, match=TODO):
        course.current().reference("01_tiny").load_addition()


def missing(folder: Path) -> None:
    (folder / "addition.txt").unlink()


def altered(folder: Path) -> None:
    (folder / "addition.txt").write_bytes(WHOLE[:-1])


def sums_missing(folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()


def sums_malformed(folder: Path) -> None:
    (folder / "SHA256SUMS").write_text("addition.txt is fine\n")


def sums_empty(folder: Path) -> None:
    (folder / "SHA256SUMS").write_text("")


def sums_of_another(folder: Path) -> None:
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  words.txt\n")


def sums_twice(folder: Path) -> None:
    (folder / "SHA256SUMS").write_text((folder / "SHA256SUMS").read_text() * 2)


def a_folder_instead(folder: Path) -> None:
    (folder / "addition.txt").unlink()
    (folder / "addition.txt").mkdir()


ASKED = "solutions/01_tiny/assignment.toml:1: "
BROKEN = [
    (missing, "datasets/addition.txt is missing: " + RUN_IT),
    (altered, "datasets/addition.txt is not as SHA256SUMS has it (altered or cut off): " + RUN_IT),
    (a_folder_instead, "datasets/addition.txt cannot be read (Is a directory): put that right, then " + RUN_IT),
    (sums_missing, "datasets/SHA256SUMS is missing: " + RUN_IT),
    (sums_malformed, "datasets/SHA256SUMS, line 1 is not '<sha256>  <file name>': " + RUN_IT),
    (sums_empty, "datasets/SHA256SUMS lists no file: " + RUN_IT),
    (sums_twice, "datasets/SHA256SUMS, line 2 names a file twice: " + RUN_IT),
]
NOT_LISTED = "datasets/SHA256SUMS does not list addition.txt; it lists words.txt: " + RUN_IT
broken = pytest.mark.parametrize(("breaks", "message"), BROKEN, ids=lambda value: getattr(value, "__name__", ""))


@pytest.mark.parametrize(("breaks", "message"), [*BROKEN, (sums_of_another, NOT_LISTED)])
def test_build_refuses_a_dataset_that_is_not_right(root: Path, breaks, message: str) -> None:
    breaks(root / "datasets")
    with pytest.raises(TaskError, match=f"^{re.escape(ASKED + message)}$"):
        build()
    with pytest.raises(TaskError, match=f"^{re.escape(ASKED + message)}$"):
        source_notebook.refresh(["01_tiny"])
    assert not (root / "assignments").exists()


@pytest.mark.parametrize(("text", "message"), [
    ('data = ["numbers.txt"]', ":2: datasets/SHA256SUMS does not list numbers.txt; it lists addition.txt: " + RUN_IT),
    ('data = [\n"addition.txt",\n"../x.txt"]', ":4: datasets/SHA256SUMS does not list ../x.txt"),
])  # fmt: skip
def test_a_dataset_that_is_not_listed_is_named_with_the_line_that_asks_for_it(
    root: Path, text: str, message: str
) -> None:
    assignment_file(root, f"needs = []\n{text}\n")
    with pytest.raises(TaskError, match="^" + re.escape(f"solutions/01_tiny/assignment.toml{message}")):
        source_notebook.files(course.current().load("01_tiny"))


def test_a_dataset_does_not_replace_an_assignments_own_file(root: Path) -> None:
    (root / "solutions/01_tiny/data/addition.txt").write_text("1+1    _2   \n")
    with pytest.raises(TaskError, match=r"01_tiny has a data/addition\.txt of its own, and assignment\.toml lists it"):
        source_notebook.files(course.current().load("01_tiny"))


def test_nbgraders_source_is_refreshed_after_a_dataset_changed(root: Path) -> None:
    source_notebook.refresh()
    built = root / "build/source/01_tiny/data/addition.txt"
    assert built.read_bytes() == WHOLE
    (root / "datasets/addition.txt").write_bytes(b"1+1    _2   \n")
    sums = f"{sha256((root / 'datasets/addition.txt').read_bytes()).hexdigest()}  addition.txt\n"
    (root / "datasets/SHA256SUMS").write_text(sums)
    source_notebook.refresh()
    assert built.read_bytes() == b"1+1    _2   \n"


# the command


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A course with one tiny maker that has not been run."""
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "make_words.py").write_text(MAKER, encoding="utf-8")
    return tmp_path


@pytest.fixture
def command(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Commands]:
    """The `autograder` command there; it leaves nothing else in the folder."""
    yield Commands(place, monkeypatch, capsys)
    left = {path.name for path in (place / "datasets").iterdir()} - {"__pycache__", "SHA256SUMS", "README.md"}
    assert all(re.fullmatch(r"(make_)?\w+\.(py|txt)", name) for name in left), left


def printed(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def test_data_writes_what_changed_and_says_so(command: Commands, place: Path) -> None:
    first, second = command("data"), command("data")
    assert (first.status, first.out) == (0, printed("written          datasets/words.txt",
                                                 "written          datasets/SHA256SUMS"))  # fmt: skip
    assert (second.status, second.out) == (0, first.out.replace("written  ", "unchanged"))
    assert (place / "datasets/words.txt").read_bytes() == b"one\ntwo\n"
    checked = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=place / "datasets", capture_output=True, text=True,
                             check=True)  # fmt: skip
    assert checked.stdout == "words.txt: OK\n"


def test_data_finds_every_maker_and_repairs(command: Commands, place: Path) -> None:
    (place / "datasets/make_more.py").write_text('def make():\n    return {"a.txt": b"a", "b.txt": b"b"}\n')
    command("data")
    (place / "datasets/b.txt").unlink()
    (place / "datasets/a.txt").write_text("other")
    (place / "datasets/SHA256SUMS").write_text("nonsense\n")
    ran = command("data")
    statuses = {line.split()[1]: line.split()[0] for line in ran.out.splitlines()}
    assert statuses == {f"datasets/{name}": status for name, status in [
        ("a.txt", "written"), ("b.txt", "written"), ("words.txt", "unchanged"), ("SHA256SUMS", "written")]}  # fmt: skip
    assert command("data", "--check").status == 0


def test_check_passes_on_what_was_made_and_runs_no_maker(command: Commands, place: Path) -> None:
    command("data")
    (place / "datasets/make_words.py").write_text("raise RuntimeError('not to be run')")
    ran = command("data", "--check")
    assert (ran.status, ran.out, ran.err) == (0, "unchanged        datasets/words.txt\n", "")


@broken
def test_check_names_what_is_wrong_and_writes_nothing(root: Path, monkeypatch, capsys, breaks, message: str) -> None:
    command, folder = Commands(root, monkeypatch, capsys), root / "datasets"
    breaks(folder)
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    ran = command("data", "--check")
    assert (ran.status, ran.out, ran.err) == (1, "", printed(message))
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_check_has_one_line_for_each_file(command: Commands, place: Path) -> None:
    (place / "datasets/make_more.py").write_text('def make():\n    return {"a.txt": b"a", "b.txt": b"b"}\n')
    command("data")
    (place / "datasets/a.txt").unlink()
    (place / "datasets/b.txt").write_text("other")
    ran = command("data", "--check")
    assert ran.status == 1
    assert ran.err == printed(f"datasets/a.txt is missing: {RUN_IT}",
                           f"datasets/b.txt is not as SHA256SUMS has it (altered or cut off): {RUN_IT}")  # fmt: skip
    assert ran.out == "unchanged        datasets/words.txt\n"


BAD_MAKERS = {
    "raises": ("def make():\n    raise ValueError('no seed')", "does not run: ValueError: no seed"),
    "ends": ("raise SystemExit(0)", "does not run: SystemExit: 0"),
    "no Python": ("def make(:", "does not run: SyntaxError: "),
    "no make": ("x = 1", "does not run: AttributeError: module 'make_zebras' has no attribute 'make'"),
    "make is no function": ("make = {}", "does not run: TypeError: 'dict' object is not callable"),
    "nothing": ("def make():\n    return {}", "make() must return a dict, file name -> bytes, got nothing"),
    "a list": ("def make():\n    return [1]", "make() must return a dict, file name -> bytes, got list"),
    "text": ("def make():\n    return {'a.txt': 'a'}", "make() must map file names to bytes, got 'a.txt' -> str"),
    "elsewhere": ("def make():\n    return {'../a.txt': b''}", "make() must map file names to bytes, got '../a.txt'"),
    "a script": ("def make():\n    return {'make_a.py': b''}", "make() must map file names to bytes, got 'make_a.py'"),
    "the sums": ("def make():\n    return {'SHA256SUMS': b''}", "must map file names to bytes, got 'SHA256SUMS'"),
    "no name": ("def make():\n    return {1: b''}", "make() must map file names to bytes, got 1 -> bytes"),
    "the same": ("def make():\n    return {'words.txt': b''}", "makes words.txt, which another maker makes too"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BAD_MAKERS.values(), ids=BAD_MAKERS)
def test_a_bad_maker_is_named_and_nothing_is_written(command: Commands, place: Path, text: str, message: str) -> None:
    command("data")
    before = datasets.content(place / "datasets", "words.txt")
    (place / "datasets/make_words.py").write_text(MAKER.replace("two", "three"))
    (place / "datasets/make_zebras.py").write_text(text)
    ran = command("data")
    assert (ran.status, ran.out) == (2, "")
    (line,) = ran.err.splitlines()
    assert line.startswith("autograder: datasets/make_zebras.py")
    assert message in line
    assert datasets.content(place / "datasets", "words.txt") == before


def test_an_edited_maker_is_run_as_it_is_now(command: Commands, place: Path) -> None:
    for word in ("two", "six"):  # the same length, within one tick of the clock
        (place / "datasets/make_words.py").write_text(MAKER.replace("two", word))
        assert command("data").out.startswith("written          datasets/words.txt\n")
        assert (place / "datasets/words.txt").read_text() == f"one\n{word}\n"
    assert not (place / "datasets/__pycache__").exists()


def test_a_maker_may_be_written_as_any_module(command: Commands, place: Path) -> None:
    head = "from __future__ import annotations\nfrom dataclasses import dataclass\nfrom pathlib import Path\n\n"
    body = "@dataclass\nclass A:\n    x: int = 1\n\nHERE = Path(__file__).parent.name\n\n"
    (place / "datasets/make_words.py").write_text(head + body + MAKER.replace('"words.txt"', 'HERE + ".txt"'))
    assert command("data").out.startswith("written          datasets/datasets.txt\n")
    assert "make_words" not in sys.modules


def test_without_a_maker_there_is_nothing_to_make(command: Commands, place: Path) -> None:
    (place / "datasets/make_words.py").unlink()
    ran = command("data")
    assert (ran.status, ran.err) == (2, "autograder: there is no datasets/make_*.py: no dataset to make\n")


@pytest.mark.parametrize(("owner", "step"), [(os, "fsync"), (Path, "replace")])
def test_a_full_disk_leaves_the_old_file(
    place: Path, monkeypatch: pytest.MonkeyPatch, owner: object, step: str
) -> None:
    folder = place / "datasets"
    (folder / "words.txt").write_bytes(b"old")

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(owner, step, full)
    message = r"^datasets/words\.txt could not be written \(No space left on device\); what was there is untouched$"
    with pytest.raises(GraderError, match=message):
        datasets.make(folder)
    assert (folder / "words.txt").read_bytes() == b"old"
    assert sorted(path.name for path in folder.glob("*.*")) == ["make_words.py", "words.txt"]


def test_a_file_that_cannot_be_replaced_is_one_message(command: Commands, place: Path) -> None:
    (place / "datasets/words.txt").mkdir()
    ran = command("data")
    assert ran.status == 2
    message = "datasets/words.txt could not be written (Is a directory); what was there is untouched"
    assert ran.err == f"autograder: {message}\n"
    (place / "datasets/words.txt").rmdir()
