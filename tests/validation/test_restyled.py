"""The same answer in another style: other names, another order of sums, the same marks."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from autograder import course
from autograder.authoring.filled_notebook import reference_answers
from autograder.grading.grader import loaded_reference
from autograder.validation.every_variant import result_of
from autograder.validation.restyled import restyled
from autograder.validation.trials import lost

VARIANT = 2
CELL = """
import numpy as np
from math import tau as turn

SCALE = 2

def f(xs, scale=SCALE):
    total = xs @ xs.T
    try:
        rows = [row * scale for row in total]
    except ValueError as problem:
        raise TypeError("no") from problem

    def inner(k):
        return total[k] + turn - turn

    class Local:
        kept = 3

    return np.array(rows), inner(0), Local.kept

class Model:
    steps = 4

    def forward(self, xs):
        last = xs
        for step in range(self.steps):
            last = last @ xs
        return last
"""


def test_names_and_sums_change_and_values_do_not() -> None:
    (text,) = restyled({"f": CELL}).values()
    assert {"total_1", "rows_1", "row_1", "last_1"} <= set(_names(text))
    assert {"problem", "turn", "SCALE", "xs", "inner", "kept"} <= {*_names(text), *_attributes(text)}
    after_the_product = ast.parse(text.partition("\n\n\n")[2])
    assert not any(isinstance(node, ast.MatMult) for node in ast.walk(after_the_product))
    plain, changed = {}, {}
    exec(CELL, plain)
    exec(text, changed)
    xs = np.random.default_rng(0).standard_normal((4, 4))
    for mine, theirs in zip(changed["f"](xs), plain["f"](xs), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12)
    np.testing.assert_allclose(changed["Model"]().forward(xs), plain["Model"]().forward(xs), rtol=1e-10)


def test_sums_are_taken_in_another_order() -> None:
    (text,) = restyled({"f": "def f(a, b):\n    return a @ b\n"}).values()
    names = {}
    exec(text, names)
    a = np.array([1e16, 1.0, -1e16])
    assert (a @ np.ones(3), names["f"](a[::-1].copy(), np.ones(3))) == (0.0, 0.0)
    b = np.array([1e16, -1e16, 1.0])
    assert names["f"](b, np.ones(3)) != b @ np.ones(3)


@pytest.mark.parametrize("id", course.current().assignment_ids())
def test_the_reference_keeps_its_marks(id: str) -> None:
    loaded_reference(id)
    result = result_of(id, restyled(reference_answers(id)), VARIANT)
    assert result.problem == ""
    assert lost(result) == frozenset()


def _names(text: str) -> list[str]:
    return [node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)]


def _attributes(text: str) -> list[str]:
    tree = ast.parse(text)
    plain = [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    caught = [node.name for node in ast.walk(tree) if isinstance(node, (ast.ExceptHandler, ast.FunctionDef))]
    return [*plain, *map(str, caught)]
