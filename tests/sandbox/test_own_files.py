"""Files handed in beside the notebook: those placed in the kernel's folder, those left out, and notes on them."""

from __future__ import annotations

import json
import os
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
from tiny_course import ID, Commands, answered, hand_in, in_a_process, tiny_course

from autograder.collect.handed_in import HandedIn, find
from autograder.sandbox import own_files
from autograder.sandbox.own_files import Candidate, OwnFile, OwnFiles, collected, importable, lying_beside, usable

HELPER = b"def twice(xs):\n    return 2 * xs\n"
USES_HELPER = "from my_helpers import twice\n\ndef double(xs):\n    return twice(xs)\n"
GIVEN = b"# what was handed out\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_course(tmp_path_factory.mktemp("own_files"))


@pytest.fixture
def command(built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(built, monkeypatch, capsys)


def owned(**files: bytes) -> OwnFiles:
    return of_names(files)


def of_names(files: dict[str, bytes]) -> OwnFiles:
    """The files collected from these, by name."""
    return collected(
        Candidate(name, lambda data=data: len(data), lambda data=data: data) for name, data in files.items()
    )


def names(own: OwnFiles) -> list[str]:
    return [file.name for file in own.files]


def beside(one: HandedIn) -> dict[str, bytes]:
    return {file.name: file.data for file in one.own_files().files}


# usable files

USED = [
    "my_helpers.py", "words.csv", "weights.npz", "model.pt", "notes.txt", "sub/part.py", "a/b/c.json", "numpy/x.csv",
    "Übung 1.csv", "no_ending", "picture.png", "attention.py", "my-script.py", "x (1).csv", "test_it.py", "utils.py",
]  # fmt: skip
NOT_USED = {
    "peeky.html": "neither Python nor data", "report.PDF": "neither Python nor data",
    "all.zip": "neither Python nor data", "fast.so": "neither Python nor data",
    "random.py": "needs a module of that name",
    "numpy.py": "needs a module of that name", "numpy/__init__.py": "needs a module of that name",
    "IPython.py": "needs a module of that name", "sitecustomize.py": "needs a module of that name",
    "autograder/agent.py": "needs a module of that name", "ipython_config.py": "Jupyter reads its settings",
    "ipython_kernel_config.json": "Jupyter reads its settings", "/etc/passwd": "not one that can be used",
    "a/b/c/d/e.py": "not one that can be used", "a\nb.py": "not one that can be used",
    "-rf": "not one that can be used",
    "$(x).py": "not one that can be used", "x" * 300: "not one that can be used", "a//b.py": "not one that can be used",
}  # fmt: skip
IGNORED = [
    "timestamp.txt", "submission_secret.txt", "other.ipynb", "other.ipynb.txt", ".hidden", ".git/config",
    "__pycache__/a.pyc", "Thumbs.db", "../up.py", "a/../../up.py", ".ipynb_checkpoints/peeky.ipynb", "",
]  # fmt: skip


@pytest.mark.parametrize("name", USED)
def test_python_and_data_are_used(name: str) -> None:
    assert of_names({name: b"1"}) == OwnFiles((OwnFile(name, b"1"),))


@pytest.mark.parametrize("name", NOT_USED)
def test_a_file_that_is_not_used_is_named_with_the_reason(name: str) -> None:
    own = of_names({name: b"1"})
    assert own.files == ()
    (note,) = own.notes
    assert note.startswith("Handed in beside the notebook and not used: ")
    assert NOT_USED[name] in note
    assert note.isprintable()
    assert len(note) < 250


@pytest.mark.parametrize("name", IGNORED)
def test_files_that_are_nobodys_work_are_not_mentioned(name: str) -> None:
    assert of_names({name: b"1"}) == OwnFiles()


@pytest.mark.parametrize(
    ("name", "place"),
    [("my helpers.py", "my_helpers.py"), ("my_helpers-1.py", "my_helpers.py"), ("my_helpers (2).py", "my_helpers.py"),
     ("sub/my helpers-12.py", "sub/my_helpers.py"), ("my_helpers.py", "my_helpers.py"), ("1.py", "1.py"),
     ("data-1.csv", "data-1.csv"), ("my-script.py", "my-script.py")],
)  # fmt: skip
def test_a_name_that_a_system_changed_can_be_imported_again(name: str, place: str) -> None:
    assert importable(name) == place
    assert names(of_names({name: b""})) == [place]
    assert bool(of_names({name: b""}).notes) == (name != place)


def test_decomposed_letters_are_put_together() -> None:
    assert names(of_names({"U\u0308bung.csv": b""})) == ["\u00dcbung.csv"]


def test_what_was_handed_out_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "given.py").write_bytes(GIVEN)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "words.txt").write_bytes(b"words")
    handed_out = [tmp_path / "data", tmp_path / "given.py"]
    as_it_was = of_names({"given.py": GIVEN, "data/words.txt": b"words"})
    assert usable(as_it_was, handed_out) == ([], [])
    changed = of_names(
        {"given.py": b"# mine", "Given.py": GIVEN, "data/words.txt": b"", "data/more.txt": b"", "a.py": b""}
    )
    used, notes = usable(changed, handed_out)
    assert [file.name for file in used] == ["a.py"]
    assert notes[0] == "Handed in beside the notebook and used: a.py."
    for name in ("given.py", "data/words.txt", "data/more.txt"):
        assert f"{name} (what was handed out under that name is)" in notes[1]


# bounds


def test_bounds_on_number_and_bytes() -> None:
    many = of_names({f"f{number}.csv": b"" for number in range(own_files.MAX_FILES + 7)})
    assert len(many.files) == own_files.MAX_FILES
    assert many.notes[0].endswith("(60 files are the most), 2 more.")
    large = of_names({"large.csv": bytes(own_files.MAX_FILE_BYTES + 1), "small.csv": b""})
    assert names(large) == ["small.csv"]
    assert "large.csv (5.0 MiB; 5 are the most)" in large.notes[0]
    each = bytes(own_files.MAX_FILE_BYTES)
    together = of_names({f"f{number}.csv": each for number in range(6)})
    assert sum(len(file.data) for file in together.files) <= own_files.MAX_ALL_BYTES
    assert len(together.files) == own_files.MAX_ALL_BYTES // own_files.MAX_FILE_BYTES


def test_a_file_that_is_too_large_is_not_read() -> None:
    def read() -> bytes:
        raise AssertionError("it was read")

    assert collected([Candidate("a.csv", lambda: 2**40, read)]).files == ()


def test_links_pipes_and_hidden_files_beside_a_notebook(tmp_path: Path) -> None:
    folder = tmp_path / "here"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "peeky.ipynb").write_text("{}")
    (folder / "sub" / "a.py").write_bytes(HELPER)
    (folder / "link.py").symlink_to(tmp_path / "secret.txt")
    (folder / "folder").symlink_to(tmp_path)
    (folder / ".ipython").mkdir()
    (folder / ".ipython" / "x.py").write_text("")
    os.mkfifo(folder / "pipe.csv")
    own = lying_beside(folder / "peeky.ipynb")
    assert names(own) == ["sub/a.py"]
    assert "link.py (the file is a link)" in own.notes[0]
    assert "pipe.csv (the file is not an ordinary file)" in own.notes[0]


def test_the_hash_depends_on_names_contents_and_nothing_else() -> None:
    own = owned(a=b"1", b=b"2")
    assert OwnFiles().sha256() == ""
    assert own.sha256() == owned(b=b"2", a=b"1").sha256()
    assert (
        len(
            {
                own.sha256(),
                owned(a=b"12", b=b"").sha256(),
                owned(a=b"1").sha256(),
                owned(a=b"1", c=b"2").sha256(),
            }
        )
        == 4
    )


# the student they belong to

LAYOUTS = {
    "nbgrader": (
        {f"ada/{ID}/tiny.ipynb": b"", f"ada/{ID}/a.py": b"1", f"ada/{ID}/sub/b.csv": b"2", f"bob/{ID}/tiny.ipynb": b"",
         f"ada/{ID}/timestamp.txt": b"2026-11-18 22:10:05 UTC", "ada/02_other/c.py": b"3", "loose.py": b"4"},
        {"ada": {"a.py": b"1", "sub/b.csv": b"2"}, "bob": {}},
    ),
    "a folder for each student": (
        {"ada/tiny.ipynb": b"", "ada/a.py": b"1", "ada/data/b.csv": b"2", "ada/old/tiny.ipynb": b"",
         "bob/tiny.ipynb": b""},
        {"ada": {"a.py": b"1", "data/b.csv": b"2"}, "bob": {}},
    ),
    "a flat folder": ({"ada.ipynb": b"", "bob.ipynb": b"", "a.py": b"1", "bob.csv": b"2"}, {"ada": {}, "bob": {}}),
    "Canvas": (
        {"lovelaceada_1234_56789_tiny.ipynb": b"", "lovelaceada_1234_56790_my_helpers.py": b"old",
         "lovelaceada_1234_56791_my_helpers-1.py": b"new", "hoppergrace_77_56792_tiny.ipynb": b""},
        {"lovelaceada_1234": {"my_helpers.py": b"new"}, "hoppergrace_77": {}},
    ),
    "Moodle, with folders": (
        {"Ada Lovelace_12_assignsubmission_file_/tiny.ipynb": b"", "Ada Lovelace_12_assignsubmission_file_/a.py": b"1",
         "Ada Lovelace_12_assignsubmission_file_/sub/b.py": b"2", "Bob_7_assignsubmission_file_/tiny.ipynb": b"",
         "Ada Lovelace_12_assignsubmission_onlinetext_/onlinetext.html": b""},
        {"Ada Lovelace_12": {"a.py": b"1", "sub/b.py": b"2"}, "Bob_7": {}},
    ),
    "Moodle, without folders": (
        {"Ada Lovelace_12_assignsubmission_file_tiny.ipynb": b"", "Bob_7_assignsubmission_file_tiny.ipynb": b"",
         "Ada Lovelace_12_assignsubmission_file_my helpers.py": b"1"},
        {"Ada Lovelace_12": {"my_helpers.py": b"1"}, "Bob_7": {}},
    ),
    "Blackboard": (
        {f"Homework 1_{name}": data for name, data in {
            "ada_attempt_2026-01-30-15-00-00_tiny.ipynb": b"", "ada_attempt_2026-01-30-15-00-00.txt": b"",
            "ada_attempt_2026-01-30-15-00-00_a.py": b"1", "bob_attempt_2026-01-30-15-00-00_tiny.ipynb": b"",
         }.items()},
        {"ada": {"a.py": b"1"}, "bob": {}},
    ),
    "Gradescope": (
        {"submission_metadata.yml": b"".join(
            b"submission_%d:\n  :submitters:\n  - :sid: '%d'\n" % (number, number) for number in (1, 2)),
         "submission_1/tiny.ipynb": b"", "submission_1/a.py": b"1", "submission_2/tiny.ipynb": b""},
        {"1": {"a.py": b"1"}, "2": {}},
    ),
}  # fmt: skip


def in_a_zip(place: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(place / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return place / "class.zip"


def in_a_folder(place: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (place / "class" / name).parent.mkdir(parents=True, exist_ok=True)
        (place / "class" / name).write_bytes(data)
    return place / "class"


@pytest.mark.parametrize("lay_out", [in_a_zip, in_a_folder])
@pytest.mark.parametrize("name", LAYOUTS)
def test_each_student_has_the_files_of_their_own(tmp_path: Path, monkeypatch, built: Path, name: str, lay_out) -> None:
    monkeypatch.setenv("AUTOGRADER_COURSE", str(built))
    files, wanted = LAYOUTS[name]
    submissions = find(lay_out(tmp_path, files))
    assert {one.student: beside(one) for one in submissions if one.assignment in (None, ID)} == wanted


def test_one_notebook_has_the_files_of_its_assignments_folder_alone(tmp_path: Path, monkeypatch, built: Path) -> None:
    monkeypatch.setenv("AUTOGRADER_COURSE", str(built))
    for folder, wanted in ((tmp_path / "class", {}), (tmp_path / "ada" / ID, {"a.py": b"1", "sub/b.py": b"2"})):
        (folder / "sub").mkdir(parents=True)
        (folder / "sub" / "b.py").write_bytes(b"2")
        (folder / "a.py").write_bytes(b"1")
        (folder / "ada.ipynb").write_bytes(b"{}")
        (one,) = find(folder / "ada.ipynb")
        assert beside(one) == wanted


def test_entries_of_a_zip_that_are_links_or_lead_outside(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada/tiny.ipynb", "{}")
        archive.writestr("bob/tiny.ipynb", "{}")
        entry = zipfile.ZipInfo("ada/link.py")
        entry.create_system, entry.external_attr = 3, 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
        archive.writestr("ada/../../up.py", "1")
        archive.writestr("ada/bomb.csv", bytes(50 * 2**20))
    (one,) = [one for one in find(tmp_path / "class.zip") if one.student == "ada"]
    own = one.own_files()
    assert names(own) == ["up.py"]
    assert "link.py (the file is a link)" in own.notes[0]
    assert "bomb.csv (50.0 MiB; 5 are the most)" in own.notes[0]


# in the kernel


def record(path: Path) -> dict:
    (kept,) = json.loads(path.read_text())
    return kept


@pytest.mark.slow
def test_a_helper_is_imported_written_over_and_kept_in_autograded(
    built: Path, command: Commands, tmp_path: Path
) -> None:
    answer = f"{USES_HELPER}\nopen('words.csv', 'a').write('more')\nassert open('words.csv').read() == 'wordsmore'\n"
    submitted = hand_in(tmp_path, "ash", answered(built, {"double": answer}))
    folder = submitted / "ash" / ID
    (folder / "words.csv").write_text("words")
    grade = ("grade", submitted, "--jobs", "1", "--json", tmp_path / "records.json")
    assert command(*grade).status == 0
    assert 'ModuleNotFoundError: "No module named' in record(tmp_path / "records.json")["output"]
    assert record(tmp_path / "records.json")["score"] == 60
    (folder / "my_helpers.py").write_bytes(HELPER)
    assert command(*grade).status == 0
    kept = record(tmp_path / "records.json")
    assert kept["score"] == 100, "what was graded without the file is graded again with it"
    assert "Handed in beside the notebook and used: my_helpers.py, words.csv." in kept["output"]
    assert (tmp_path / "autograded" / "ash" / ID / "my_helpers.py").read_bytes() == HELPER
    assert (folder / "words.csv").read_text() == "words"
    assert command(*grade).status == 0
    assert record(tmp_path / "records.json") == kept
    (folder / "my_helpers.py").write_bytes(HELPER.replace(b"2", b"3"))
    assert command(*grade).status == 0
    assert record(tmp_path / "records.json")["score"] == 60


@pytest.mark.slow
def test_one_notebook_with_its_helper_with_and_without_a_sandbox(
    built: Path, command: Commands, tmp_path: Path
) -> None:
    submitted = hand_in(tmp_path, "ash", answered(built, {"double": USES_HELPER}))
    (submitted / "ash" / ID / "my_helpers.py").write_bytes(HELPER)
    notebook = submitted / "ash" / ID / "tiny.ipynb"
    for options in ([], ["--unconfined"]):
        ran = command("grade", notebook, *options)
        assert "100 / 100" in ran.out, ran
    alone = shutil.copy(notebook, tmp_path / "ash.ipynb")
    shutil.copy(notebook.with_name("my_helpers.py"), tmp_path)
    assert "60 / 100" in command("grade", alone).out


@pytest.mark.slow
def test_plain_nbgrader_uses_it_too(tmp_path: Path) -> None:
    root = tiny_course(tmp_path)
    folder = hand_in(root, "ash", answered(root, {"double": USES_HELPER})) / "ash" / ID
    (folder / "my_helpers.py").write_bytes(HELPER)
    for command in ("generate_assignment", "autograde"):
        ran = in_a_process(root, sys.executable, "-m", "nbgrader", command, ID)
        assert ran.status == 0, ran
    kept = json.loads((root / "autograded" / "ash" / ID / "tiny.ipynb").read_text())["metadata"]["autograder"]
    assert kept["score"] == 100
    assert "Handed in beside the notebook and used: my_helpers.py." in kept["output"]


@pytest.mark.slow
def test_a_hostile_file_ends_no_kernel(built: Path, command: Commands, tmp_path: Path) -> None:
    submitted = hand_in(tmp_path, "ash", answered(built))
    folder = submitted / "ash" / ID
    for name in (
        "sitecustomize.py",
        "json.py",
        "ipykernel.py",
        "numpy.py",
        "ipython_config.py",
        "given.py",
        "agent.py",
    ):
        (folder / name).write_text("raise SystemExit('planted')")
    (folder / "numpy").mkdir()
    (folder / "numpy" / "__init__.py").write_text("raise SystemExit('planted')")
    ran = command("grade", submitted, "--jobs", "1", "--json", tmp_path / "records.json")
    assert ran.status == 0, ran
    assert record(tmp_path / "records.json")["score"] == 100
