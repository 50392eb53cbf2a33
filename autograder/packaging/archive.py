"""Zips that are the same bytes for the same files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path

from autograder.authoring.source_notebook import present

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold


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
    return {f"{start}/{name}": content for name, content in present(folder).items()}
