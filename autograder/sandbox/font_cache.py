"""Matplotlib's font list, made once and copied into every box: building it takes seconds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "autograder-course" / "matplotlib"


def place_cache(folder: Path) -> str:
    """Make a folder with a font list inside `folder`; its path."""
    target = folder / "matplotlib"
    target.mkdir(exist_ok=True)
    for path in _font_lists() or _make():
        shutil.copy(path, target)
    return str(target)


def _font_lists() -> list[Path]:
    newest = Path(sys.prefix).stat().st_mtime
    return [path for path in CACHE.glob("fontlist-*.json") if path.stat().st_mtime >= newest]


def _make() -> list[Path]:
    """Let matplotlib build its list; without matplotlib or a writable cache there is none."""
    try:
        CACHE.mkdir(parents=True, exist_ok=True)
    except OSError:
        return []
    environment = {**os.environ, "MPLCONFIGDIR": str(CACHE)}
    subprocess.run(
        [sys.executable, "-c", "import matplotlib.font_manager"], env=environment, capture_output=True, check=False
    )
    return list(CACHE.glob("fontlist-*.json"))
