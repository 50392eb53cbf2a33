"""The order of given.py: a group's needs come before it where possible, and always if needed at import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from autograder.course.handout.closure import Closure
from autograder.course.handout.sources import Definition, Source
from autograder.errors import TaskError

DRAWING = "matplotlib"

Groups = dict[Source, list[Definition]]


def ordered_groups(closure: Closure) -> Groups:
    """The definitions by their source, in reading order.

    Of the groups whose needs are satisfied, components come first, the most used one before others; then the answers,
    those of the oldest assignment first; last the code that draws pictures. Raises TaskError if no order makes the
    module importable.
    """
    groups = _groups(closure)
    must = {source: _needed_at_import(closure, group) - {source} for source, group in groups.items()}
    needs = {
        source: _sources(needed for item in group for needed in closure.needs[item]) for source, group in groups.items()
    }
    waiting = sorted(groups, key=_preferences(closure, groups).__getitem__)
    ordered: Groups = {}
    while waiting:
        ready = [source for source in waiting if must[source] <= ordered.keys()]
        if not ready:
            names = ", ".join(source.name for source in waiting)
            raise TaskError(f"given.py cannot be put in an order: {names} need each other when it is imported")
        following = min(ready, key=lambda source: len(needs[source] - ordered.keys() - {source}))
        ordered[following] = groups[following]
        waiting.remove(following)
    return ordered


def _groups(closure: Closure) -> Groups:
    groups: Groups = {}
    for definition in sorted(closure.needs, key=lambda item: item.line):
        groups.setdefault(definition.source, []).append(definition)
    return groups


def _sources(definitions: Iterable[Definition]) -> set[Source]:
    return {definition.source for definition in definitions}


def _needed_at_import(closure: Closure, group: list[Definition]) -> set[Source]:
    """The sources needed when a group is imported, directly or by the functions called then."""
    return _sources(closure.transitive(needed for definition in group for needed in closure.at_import[definition]))


def _preferences(closure: Closure, groups: Groups) -> dict[Source, tuple[bool, str, int, str]]:
    """The sort key of each source."""
    reached = {source: closure.transitive(group) for source, group in groups.items()}
    users = Counter(other for definitions in reached.values() for other in _sources(definitions))
    preferences = {}
    for source, group in groups.items():
        imports = [item for definition in reached[source] for item in closure.imports.get(definition, ())]
        modules = {item.module.partition(".")[0] for item in imports}
        rank = group[0].line if source.assignment else -users[source]
        preferences[source] = (DRAWING in modules, source.assignment, rank, source.name)
    return preferences
