"""What `nbgrader_config.py` adds to formgrader: a button that fails says why in one sentence."""

from __future__ import annotations

import sys

ADDED = "autograder_formgrader"


def explain_failures() -> None:
    """Add our handlers of formgrader's buttons to the Jupyter server of this process, if it is one.

    formgrader reads `nbgrader_config.py` before it adds its own handlers, and again at every click. Of two handlers of
    one address, tornado asks the one that was added first.
    """
    serverapp = sys.modules.get("jupyter_server.serverapp")
    if serverapp is None or not serverapp.ServerApp.initialized():
        return
    application = serverapp.ServerApp.instance().web_app
    if application.settings.setdefault(ADDED, False):
        return
    from jupyter_server.utils import url_path_join

    from autograder.gradebook.one_sentence import HANDLERS

    start = application.settings["base_url"]
    application.add_handlers(".*$", [(url_path_join(start, path), handler) for path, handler in HANDLERS.items()])
    application.settings[ADDED] = True
