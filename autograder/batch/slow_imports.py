"""Imports that take seconds and that grading has no use for.

nbformat imports jsonschema, and that a parser of internationalised web addresses, if there is one (jupyter_server
brings it): its grammar is compiled at every start, for two seconds on a slow machine. jsonschema does without it where
it is not installed; the schema of notebooks has no such address.
"""

from __future__ import annotations

import sys

UNUSED = "rfc3987_syntax"


def leave_out() -> None:
    """Have this process, one of our own, import such modules as if they were not installed."""
    sys.modules.setdefault(UNUSED, None)  # type: ignore[arg-type]  # for which `import` raises ImportError
