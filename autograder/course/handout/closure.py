"""The closure of a notebook's imports from given.py: those definitions, and all that they need."""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.handout import sources
from autograder.course.handout.assignment_file import earlier, place, script_of
from autograder.course.handout.imports import Import
from autograder.course.handout.sources import GIVEN, Definition, Source
from autograder.errors import TaskError

ALWAYS_THERE = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__"}


@dataclass
class Library:
    """All definitions that an assignment may hand out.

    earlier  the assignments that it builds on, the nearest first
    """

    earlier: list[str]
    named: dict[str, list[Definition]] = field(default_factory=lambda: defaultdict(list))

    def add(self, definitions: Iterable[Definition]) -> None:
        """Enter definitions under the names that they bind."""
        for definition in definitions:
            for name in sorted(definition.bound):
                self.named[name].append(definition)

    def find(self, name: str, user: Source | None = None) -> Definition | None:
        """The definition that `name` means in the text of `user`, or in the notebook; None if there is none.

        The user's own text comes first. Otherwise all components are visible, and the nearest answer of that name; an
        answer sees only those that its own notebook saw. Raises TaskError if two definitions remain.
        """
        namesakes = self.named.get(name, [])
        visible = [item for item in namesakes if item.source == user] or self._visible(namesakes, user)
        if len(visible) > 1:
            raise ambiguous(name, visible)
        return visible[0] if visible else None

    def _visible(self, namesakes: list[Definition], user: Source | None) -> list[Definition]:
        first = self.earlier.index(user.assignment) if user is not None and user.assignment else 0
        from_answers = ([item for item in namesakes if item.source.assignment == id] for id in self.earlier[first:])
        nearest: list[Definition] = next(filter(None, from_answers), [])
        return [*(item for item in namesakes if not item.source.assignment), *nearest]


@dataclass
class Closure:
    """Definitions that need nothing but each other and imports.

    at_import  definition -> those that must precede it when the module is imported
    needs      definition -> all that it needs directly
    imports    definition -> what it uses of other modules
    """

    at_import: dict[Definition, set[Definition]] = field(default_factory=dict)
    needs: dict[Definition, set[Definition]] = field(default_factory=dict)
    imports: dict[Definition, set[Import]] = field(default_factory=lambda: defaultdict(set))

    def all_imports(self) -> set[Import]:
        """The imports of all definitions."""
        return set().union(*self.imports.values())

    def transitive(self, definitions: Iterable[Definition]) -> set[Definition]:
        """These definitions and all that they need, directly or not."""
        reached: set[Definition] = set()
        waiting = list(definitions)
        while waiting:
            definition = waiting.pop()
            if definition not in reached:
                reached.add(definition)
                waiting += self.needs[definition]
        return reached

    def files(self) -> list[Path]:
        """The files that the definitions come from."""
        return list(dict.fromkeys(definition.source.path for definition in self.needs))


def read_library(solutions: Path, assignment: str) -> Library:
    """All definitions that `assignment` may hand out. Raises TaskError."""
    library = Library(earlier(solutions, assignment))
    library.add(sources.components(solutions))
    for id in library.earlier:
        library.add(sources.answers(solutions, id))
    return library


def notebook_closure(solutions: Path, assignment: str) -> Closure:
    """The closure of all imports from given in `assignment`. Raises TaskError with file and line."""
    script = script_of(solutions, assignment)
    library = read_library(solutions, assignment)
    wanted = []
    for name, line in imported_from_given(script):
        definition = library.find(name)
        if definition is None:
            candidates = (
                f"no component, nor an answer of {', '.join(library.earlier)}," if library.earlier else "no component"
            )
            raise TaskError(f"{place(script, line)}: {name} is imported from given, but {candidates} defines it")
        wanted.append(definition)
    return closure_of(library, wanted)


def closure_of(library: Library, wanted: Iterable[Definition]) -> Closure:
    """These definitions and all that they need. Raises TaskError if a name is missing or has two meanings."""
    closure, waiting = Closure(), list(wanted)
    while waiting:
        definition = waiting.pop()
        if definition not in closure.needs:
            _keep(definition, library, closure)
            waiting += closure.needs[definition]
    _refuse_two_meanings(closure)
    return closure


def imported_from_given(script: Path) -> list[tuple[str, int]]:
    """The names that a percent script uses from given, each with the first line that does so. Raises TaskError."""
    text = script.read_text(encoding="utf-8")
    tree = sources.parsed(text, script)
    first: dict[str, int] = {}
    modules = set()
    for node in _nodes_about_given(tree, text.split("\n")):
        if isinstance(node, ast.ImportFrom) and node.module == GIVEN:
            for alias in node.names:
                first[alias.name] = min(node.lineno, first.get(alias.name, node.lineno))
        elif isinstance(node, ast.Import):
            modules |= {alias.asname or GIVEN for alias in node.names if alias.name == GIVEN}
    if "*" in first:
        raise TaskError(f"{place(script, first['*'])}: import the names that are used, not all of given")
    for name, line in _attributes(tree, modules) if modules else ():
        first[name] = min(line, first.get(name, line))
    return sorted(first.items(), key=lambda item: (item[1], item[0]))


def _nodes_about_given(tree: ast.Module, lines: list[str]) -> Iterator[ast.AST]:
    """The nodes of the statements that mention given: walking through all would take longer than parsing them."""
    for statement in tree.body:
        if any(GIVEN in line for line in lines[statement.lineno - 1 : statement.end_lineno]):
            yield from ast.walk(statement)


def _attributes(tree: ast.Module, modules: set[str]) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield node.attr, node.lineno


def ambiguous(name: str, definitions: Iterable[Definition]) -> TaskError:
    """The error for a name with more than one meaning in given.py."""
    places = " and ".join(sorted(f"{item.source.name} ({item.place})" for item in definitions))
    return TaskError(f"given.py has one namespace, but {name} is defined by {places}")


def _keep(definition: Definition, library: Library, closure: Closure) -> None:
    """Enter the needs of a definition."""
    names = definition.names
    closure.at_import[definition] = _needed(definition, names.at_import, library, closure)
    later = _needed(definition, names.later, library, closure)
    quoted = {other for name in names.quoted if (other := library.find(name, definition.source))}
    closure.needs[definition] = (closure.at_import[definition] | later | quoted) - {definition}


def _needed(definition: Definition, names: Iterable[str], library: Library, closure: Closure) -> set[Definition]:
    """The other definitions that these names of a definition mean. Imports among them are entered in `closure`."""
    needed = set()
    for name in sorted(set(names) - definition.bound):
        imports = {item for item in definition.source.imports if item.binds == name}
        other = library.find(name, definition.source)
        if imports and (other is None or other.source != definition.source):
            closure.imports[definition] |= imports
        elif other is not None:
            needed.add(other)
        elif name not in ALWAYS_THERE:
            raise TaskError(f"{definition.place}: {name} is used here, but nothing that can be handed out defines it")
    return needed


def _refuse_two_meanings(closure: Closure) -> None:
    """Raise TaskError if two definitions, two imports, or one of each, bind one name."""
    owners: dict[str, Definition] = {}
    for definition in closure.needs:
        for name in definition.bound:
            if name in owners:
                raise ambiguous(name, [owners[name], definition])
            owners[name] = definition
    values: dict[str, tuple[str, str]] = {}
    for item in sorted(closure.all_imports()):
        if item.binds in owners:
            location = owners[item.binds].place
            raise TaskError(f"given.py has one namespace, but {item.binds} is imported and is defined by {location}")
        if values.setdefault(item.binds, item.value) != item.value:
            raise TaskError(f"given.py has one namespace, but two sources import different things as {item.binds}")
