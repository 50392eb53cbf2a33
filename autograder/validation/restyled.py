"""The same answer in another style: other names for local variables, and sums of products in another order."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping

PRODUCT = '''
def _product_from_behind(a, b):
    """The matrix product of two arrays or tensors, its sums taken from the last term to the first."""
    if hasattr(a, "flip"):
        return a.flip(-1) @ b.flip(-2 if b.ndim > 1 else -1)
    return a[..., ::-1] @ (b[..., ::-1, :] if b.ndim > 1 else b[::-1])
'''
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def restyled(answers: Mapping[str, str]) -> dict[str, str]:
    """The answers, by grade_id, written in another style: they give the same up to rounding."""
    return {cell: _restyled(text) for cell, text in answers.items()}


def _restyled(text: str) -> str:
    """One cell in another style. Its comments are lost."""
    tree = ast.parse(text)
    renaming = _Renaming(_local_names(tree))
    changed = ast.unparse(ast.fix_missing_locations(renaming.visit(tree)))
    return f"{PRODUCT}\n\n{changed}\n" if renaming.multiplies else changed + "\n"


def _local_names(tree: ast.Module) -> frozenset[str]:
    """The variables that are assigned inside functions and mean nothing anywhere else in the cell."""
    functions = [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]
    assigned = {name for function in functions for name in _stored(function)}
    return frozenset(assigned - set(_meant_elsewhere(tree)) - set(dir(builtins)))


def _stored(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _meant_elsewhere(tree: ast.Module) -> Iterator[str]:
    """Names that others rely on, or that stand in the tree as text: parameters, definitions, imports, globals."""
    for outer in ast.walk(tree):
        if isinstance(outer, (ast.Module, ast.ClassDef)):
            for statement in outer.body:
                if not isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
                    yield from _stored(statement)
        match outer:
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.ExceptHandler(name=str(name)):
                yield name
            case ast.alias(name=name, asname=other):
                yield (other or name).partition(".")[0]
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from names
            case ast.MatchAs() | ast.MatchStar() | ast.MatchMapping():
                yield from filter(None, (getattr(outer, key, None) for key in ("name", "rest")))


class _Renaming(ast.NodeTransformer):
    """Give the variables `names` other names, and have matrix products summed from behind."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        self.multiplies = False

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(f"{node.id}_1", node.ctx) if node.id in self.names else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.op, ast.MatMult):
            return node
        self.multiplies = True
        return ast.Call(ast.Name("_product_from_behind", ast.Load()), [node.left, node.right], [])
