"""The text of given.py: what an assignment hands out, assembled from components and from earlier answers.

`given.toml` beside an assignment's source says what goes in:

    components = ["layers.py", "training.py"]     # files of solutions/given/, in this order
    answers = ["01_rnn_lm_sampling:LSTM"]         # solution cells of earlier assignments, after the components
    data = ["addition.txt"]                       # files of datasets/, which go into data/ beside given.py
    needs = ["torch"]                             # packages that students have, beside those of every assignment

Components and answers share one namespace. Imports are merged at the top; the rest is taken over as it is written.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course import cells, datasets
from autograder.course.parsing import parse
from autograder.errors import TaskError

LISTS = ("components", "answers", "data", "needs")

Import = tuple[str, str, str]  # module, name ("" for `import module`), alias ("" for none)


@dataclass(frozen=True)
class Part:
    """One component or answer: its imports, its definitions as text, what it says of itself."""

    name: str
    about: str
    imports: frozenset[Import]
    body: str
    defines: frozenset[str]


def inputs(solutions: Path, assignment: str) -> list[Path]:
    """The files that given.py and data/ are made from, given.toml included; [] if nothing is handed out.

    They are named whether they exist or not. Where datasets are listed, their checksums are among them.
    """
    if not (solutions / assignment / "given.toml").exists():
        return []
    listed = _listed(solutions, assignment)
    earlier = dict.fromkeys(_script(solutions, answer.partition(":")[0]) for answer in listed["answers"])
    components = [solutions / "given" / name for name in listed["components"]]
    data = [_datasets(solutions) / name for name in (*listed["data"], datasets.SUMS) if listed["data"]]
    return [solutions / assignment / "given.toml", *components, *earlier, *data]


def data(solutions: Path, assignment: str) -> dict[str, bytes]:
    """The datasets that `assignment` hands out, name -> content; TaskError if one is not as its checksum says."""
    if not (solutions / assignment / "given.toml").exists():
        return {}
    names = _listed(solutions, assignment)["data"]
    return {name: datasets.content(_datasets(solutions), name) for name in names}


def needed_packages(solutions: Path, assignment: str) -> tuple[str, ...]:
    """The packages that `assignment` needs beside those of every assignment. Raises TaskError."""
    if not (solutions / assignment / "given.toml").exists():
        return ()
    return tuple(_listed(solutions, assignment)["needs"])


def assemble(solutions: Path, assignment: str) -> str:
    """The text of given.py, "" if nothing is handed out; TaskError where the parts do not fit together."""
    if not (solutions / assignment / "given.toml").exists():
        return ""
    listed = _listed(solutions, assignment)
    parts = [_component(solutions / "given" / name) for name in listed["components"]]
    parts += [_answer(solutions, answer) for answer in listed["answers"]]
    _refuse_duplicates(parts)
    imports = frozenset().union(*(part.imports for part in parts))
    head = f"{_header(assignment)}\n\n{_import_lines(imports)}".rstrip()
    return f"{head}\n\n" + "\n\n\n".join(_section(part) for part in parts) + "\n"


def earlier_answers(solutions: Path, assignment: str) -> str:
    """The answers of earlier assignments that given.py holds, as text; "" if there are none. Raises TaskError."""
    if not (solutions / assignment / "given.toml").exists():
        return ""
    return "\n".join(_answer(solutions, answer).body for answer in _listed(solutions, assignment)["answers"])


def _listed(solutions: Path, assignment: str) -> dict[str, list[str]]:
    """What given.toml lists under each of LISTS."""
    path = solutions / assignment / "given.toml"
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise TaskError(f"{path.name} of {assignment}: {error}") from None
    for key, names in listed.items():
        if key not in LISTS or not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise TaskError(f"{path.name} of {assignment}: {key} must be a list of names, one of {', '.join(LISTS)}")
    return {key: listed.get(key, []) for key in LISTS}


def _datasets(solutions: Path) -> Path:
    return solutions.parent / datasets.FOLDER


def _script(solutions: Path, assignment: str) -> Path:
    return solutions / assignment / f"{re.sub(r'^[0-9]+_', '', assignment)}.py"


def _component(path: Path) -> Part:
    if not path.is_file():
        raise TaskError(f"given.toml lists the component {path.name}, which does not exist")
    text = path.read_text(encoding="utf-8")
    tree = parse(text, filename=str(path))
    about = ast.get_docstring(tree) or ""
    leave_out = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    docstring = tree.body[:1] if about else []
    body = _without(text, [*docstring, *leave_out])
    return Part(path.stem, about, _imports(leave_out), body, _defines(tree))


def _answer(solutions: Path, answer: str) -> Part:
    """The solution cell `<assignment>:<name>`, with those imports of its notebook that it uses."""
    assignment, _, name = answer.partition(":")
    script = _script(solutions, assignment)
    if not script.is_file():
        raise TaskError(f"given.toml lists the answer {answer}, but there is no assignment {assignment}")
    known = cells.read(script)
    found = [cell for cell in known if cell.solution and cell.grade_id == name]
    if not found:
        raise TaskError(f"given.toml lists the answer {answer}, but {assignment} has no solution cell {name}")
    body = found[0].without_markers().strip()
    tree = parse(body)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    offered = _imports(node for cell in known if cell.is_support for node in ast.walk(parse(cell.source)))
    imports = frozenset(item for item in offered if item[0] != "given" and _bound(item) in used)
    return Part(name, f"The answer to {assignment}.", imports, body, _defines(tree))


def _imports(nodes: Iterable[ast.AST]) -> frozenset[Import]:
    found: set[Import] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found.update((alias.name, "", alias.asname or "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.update((node.module or "", alias.name, alias.asname or "") for alias in node.names)
    return frozenset(found)


def _bound(item: Import) -> str:
    module, name, alias = item
    return alias or name or module.partition(".")[0]


def _without(text: str, nodes: Sequence[ast.stmt]) -> str:
    gone = {line for node in nodes for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    return "\n".join(line for number, line in enumerate(text.split("\n"), 1) if number not in gone).strip()


def _defines(tree: ast.Module) -> frozenset[str]:
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names.update(target.id for target in targets if isinstance(target, ast.Name))
    return frozenset(names)


def _refuse_duplicates(parts: Sequence[Part]) -> None:
    owner: dict[str, str] = {}
    for part in parts:
        for name in sorted(part.defines):
            if name in owner:
                raise TaskError(f"both {owner[name]} and {part.name} define {name}: given.py has one namespace")
            owner[name] = part.name


def _header(assignment: str) -> str:
    return (
        f'"""What assignment {assignment} hands out. Nothing in here is to be written or changed.\n\n'
        'Built by `python -m autograder build` from one source per component: edit those, not this file.\n"""'
    )


def _import_lines(imports: frozenset[Import]) -> str:
    """The imports, standard library first, one line per module."""
    groups: tuple[list[str], list[str]] = ([], [])
    for module in sorted({item[0] for item in imports}):
        of_module = sorted(item for item in imports if item[0] == module)
        lines = groups[0 if module.partition(".")[0] in sys.stdlib_module_names else 1]
        lines += [f"import {module}" + (f" as {alias}" if alias else "") for _, name, alias in of_module if not name]
        names = [name + (f" as {alias}" if alias else "") for _, name, alias in of_module if name]
        lines += [f"from {module} import {', '.join(names)}"] if names else []
    ordered = [sorted(lines, key=lambda line: (line.startswith("from"), line)) for lines in groups if lines]
    return "\n\n".join("\n".join(lines) for lines in ordered)


def _section(part: Part) -> str:
    about = "\n".join(f"# {line}".rstrip() for line in f"{part.name}: {part.about}".split("\n"))
    return f"{about}\n\n\n{part.body}"
