"""Read by `nbgrader` when it is run in this folder. See autograder/nbgrader_settings.py."""

from autograder import course
from autograder.authoring import source_notebook
from autograder.authoring.nbgrader_settings import settings

source_notebook.refresh()
get_config().merge(settings(course.current().root))  # noqa: F821 (nbgrader runs this file with get_config defined)
