"""Syntax newer than the grader's Python: told apart from mistakes, and the Python that can read it is named."""

from __future__ import annotations

import sys
import time

import pytest

from autograder.restore.newer_syntax import needed_version

pytestmark = pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="written for the Python that grades")

NEWER = {
    (3, 12): [
        'print(f"{", ".join(xs)}")',
        "print(f'{xs['a']}')",
        'x = f"{xs\n}"',
        "x = f\"{ '\\n'.join(xs) }\"",
        'x = f"{xs # why not\n}"',
        'x = f"{f"{f"{1}"}"}"',
        'x = f"{xs["a"]!r:>{w["b"]}}"',
        'x = f"{x!="y"}" f"{1}" "z"',
        'x = f"{{}}{xs["a"]=} {now:%H:%M}"',
        'x = rf"{xs["a"]}\\d" "\\N{DEGREE SIGN}"',
        "type Row = list[float]",
        "type Row[T] = list[T]",
        "def f[T](x): return x",
        "class A[T: int, *Ts, **P](B): pass",
        'def f[T](x):\n    return f"{x["a"]}"',
        '%matplotlib inline\nx = f"{xs["a"]}"',
    ],
    (3, 13): ["def f[T=int](x): return x", "class A[T = int]: pass"],
    (3, 14): ["try:\n    f()\nexcept A, b.C:\n    pass", 'x = t"a {b}"', 'x = t"{b["c"]}"'],
}
MISTAKES = [
    "def f(:\n    pass",
    'x = f"{", ".join(xs}"',
    'x = f"{"',
    'x = f"{a b}"',
    'x = f"{", ".join(xs)}" +',
    "print 'a'",
    "x = 'it's'",
    "type = ",
    "def f[T(x): pass",
    "try:\n    f()\nexcept A, B\n    pass",
    "x = \0",
]
READABLE = ["x = 1", "x = f\"{', '.join(xs)}\"", "type = 1", "%timeit x\nx = 2"]


@pytest.mark.parametrize(
    ("version", "source"), [(version, source) for version, sources in NEWER.items() for source in sources]
)
def test_newer_syntax_is_told_from_a_mistake(version, source):
    assert needed_version(source) == version


@pytest.mark.parametrize("source", [*MISTAKES, *READABLE])
def test_invalid_and_current_syntax_need_no_newer_python(source):
    assert needed_version(source) is None


@pytest.mark.parametrize(
    "deep",
    [
        'f"{' * 25_000, "{" * 90_000, 'f"{a' * 15_000 + '}"' * 15_000, "'" * 99_999, "def f" + "[" * 90_000,
        "except a" + ", a" * 30_000, "f'{x:" * 20_000, "f'{x!" * 20_000, "[[]" * 30_000, "type x[" + "[]" * 40_000,
    ],
)  # fmt: skip
def test_a_text_made_to_take_long_takes_no_time(deep):
    started = time.process_time()
    assert needed_version(f"x = {deep}") is None
    assert needed_version(f"def f{deep}") is None
    assert time.process_time() - started < 2
