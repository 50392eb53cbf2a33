"""Build the files that students receive from an assignment's source.

solutions/<id>/<name>.py  ->  build/source/<id>/   nbgrader's source notebook, given.py, data
                          ->  assignments/<id>/    the release, by nbgrader's own converter
"""

from __future__ import annotations

from autograder.authoring.build import Change, build

__all__ = ["Change", "build"]
