"""Zips that are the same bytes for the same files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold
LEFT_BEHIND = ("__pycache__", ".ipynb_checkpoints")


def zipped(files: Mapping[str, bytes], executable: Collection[str] = ()) -> bytes:
    """The files, by path in the zip; those named in `executable` may be run."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if name in executable else 0o644) << 16
            archive.writestr(entry, content)
    return out.getvalue()


def files_below(folder: Path, start: str) -> dict[str, bytes]:
    """All files of a folder but those that programs leave behind, as `start`/<path>."""
    paths = (path for path in folder.rglob("*") if path.is_file() and not set(path.parts) & set(LEFT_BEHIND))
    return {f"{start}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in paths}
