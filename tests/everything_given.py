"""Everything that may be handed out, in one module like given.py, for tests of components.

given.py itself holds only what its notebook imports, so its names depend on the notebook.
"""

from __future__ import annotations

from types import ModuleType

from autograder import course
from autograder.course.handout.closure import closure_of, read_library
from autograder.course.handout.text import given_text


def everything_given(id: str) -> ModuleType:
    """Every component and every answer of the course; data is read from the folder of assignment `id`."""
    solutions, last = course.current().root / "solutions", course.current().assignment_ids()[-1]
    library = read_library(solutions, last)
    definitions = {definition for named in library.named.values() for definition in named}
    module = ModuleType("everything_given")
    module.__file__ = str(course.current().load(id).release / "given.py")
    exec(given_text(last, closure_of(library, definitions)), vars(module))
    return module
