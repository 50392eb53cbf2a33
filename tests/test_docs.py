"""The documentation compared with the code: tables, rooms, layers, commands, targets, links, pictures."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from PIL import Image
from test_environment import makefile_targets

from autograder.bench import __main__ as bench
from autograder.bench.machine import machine
from autograder.cli.app import app
from autograder.reports import assignment_table

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (DOCS / "architecture.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
MAX_README_LINES = 90
MAX_DECISION_LINES = 14
MAX_PICTURE_BYTES = 200_000


def named(path: Path) -> str:
    """A path as a test's id."""
    return str(path.relative_to(ROOT))


def section(page: str, heading: str) -> str:
    """The text below a heading, up to the next one."""
    return re.split(r"^#+ ", page.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[str]:
    """The first cells of a table's rows that are names in backquotes."""
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def anchors(page: str) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(path: Path, page: str) -> list[str]:
    """The links of a page to missing files, or to headings that do not exist."""
    broken = []
    for target, anchor in LINK.findall(page):
        file = (path.parent / target).resolve() if target else path
        text = (
            page if file == path else file.read_text(encoding="utf-8") if file.suffix == ".md" and file.exists() else ""
        )
        if not file.exists() or (anchor and anchor not in anchors(text)):
            broken.append(f"{target}#{anchor}")
    return broken


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= MAX_README_LINES


def test_the_readme_has_the_table_that_the_command_prints() -> None:
    assert f"\n{assignment_table.as_markdown()}\n" in README


@pytest.mark.parametrize("path", sorted((DOCS / "decisions").glob("*.md")), ids=named)
def test_a_decision_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_DECISION_LINES


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_links_lead_somewhere(path: Path) -> None:
    assert broken_links(path, path.read_text(encoding="utf-8")) == []


def test_a_broken_link_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text("# One (of two)\n")
    page = (
        "# Here\n[a](b.md#one-of-two) [a](#here) [a](b.md) [x](b.md#two) [x](#there) [x](c.md) [a](https://example.org)"
    )
    (tmp_path / "a.md").write_text(page)
    assert broken_links(tmp_path / "a.md", page) == ["b.md#two", "#there", "c.md#"]


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_targets_and_commands_exist(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    commands = set(re.findall(r"python -m autograder ([a-z]+)", page))
    assert set(re.findall(r"(?:`|^ {4})make ([a-z]+)", page, re.MULTILINE)) <= makefile_targets()
    assert commands <= {str(command.name or command.callback.__name__) for command in app.registered_commands}


def test_every_command_is_described() -> None:
    known = {str(command.name or command.callback.__name__) for command in app.registered_commands}
    assert set(rows(section(ARCHITECTURE, "Commands"))) == known


def test_every_room_is_described() -> None:
    rooms = {path.parent.name for path in (ROOT / "autograder").glob("*/__init__.py")}
    assert set(rows(section(ARCHITECTURE, "Rooms"))) == rooms


def test_the_layers_are_those_that_the_linter_holds() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(contract["layers"] for contract in settings["contracts"] if contract["type"] == "layers")
    assert re.findall(r"^ {4}(\S.*)$", section(ARCHITECTURE, "The import rule"), re.MULTILINE) == layers


@pytest.mark.parametrize("path", sorted((DOCS / "pictures").glob("*.png")), ids=named)
def test_a_picture_is_light_and_shown(path: Path) -> None:
    assert path.stat().st_size < MAX_PICTURE_BYTES
    assert f"](docs/pictures/{path.name})" in README
    with Image.open(path) as picture:
        assert picture.width == 1100


def test_the_bench_writes_its_table_into_its_page(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    before = (DOCS / "benchmarks.md").read_text(encoding="utf-8")
    page.write_text(before, encoding="utf-8")
    bench.write(page, [("a figure", "1 s", "at most 2 s")])
    start, end = before.split("<!-- measured -->\n")[0], before.split("<!-- end of measured -->\n")[1]
    header = f"Machine: {machine()}.\n\n| figure | measured | goal |\n| --- | --- | --- |\n"
    table = f"{header}| a figure | 1 s | at most 2 s |\n"
    assert page.read_text(encoding="utf-8") == f"{start}<!-- measured -->\n{table}<!-- end of measured -->\n{end}"


@pytest.mark.parametrize(
    ("wanted", "text", "message"),
    [
        (["one"], "<!-- measured -->\n<!-- end of measured -->\n", "needs all figures"),
        ([], "no place", "needs all figures, and a page with"),
        (["two"], "", "there is no figure 'two'; known are: one, walls, class"),
    ],
)
def test_the_bench_refuses_before_it_measures(tmp_path: Path, wanted: list[str], text: str, message: str) -> None:
    (tmp_path / "page.md").write_text(text)
    with pytest.raises(SystemExit, match=message):
        bench.main(wanted, tmp_path / "page.md")
