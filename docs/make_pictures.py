"""Make the pictures of the README: one student's feedback page and the report of the whole sample class of 01.

    python docs/make_pictures.py            grade the class in a temporary folder, then take the pictures
    python docs/make_pictures.py FOLDER     grade it in FOLDER, which keeps it for the next time

Needs Chromium, and Pillow, which matplotlib brings.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from rich.console import Console

from autograder.cli import commands, demo
from autograder.grading.options import Options
from autograder.validation.sample_class import class_file, one_of_every_kind

PICTURES = Path(__file__).resolve().parent / "pictures"
READER = class_file().reader
PAGES = {  # where each page lies, and how many of its upper pixels are shown
    "feedback.png": (f"feedback/{READER}/01_rnn_lm_sampling/rnn_lm_sampling.html", 1275),
    "class_report.png": ("report.html", 1300),
}
WIDTH = 1100
COLOURS = 128  # a palette keeps each picture below 200 kB
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = """
    --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --hide-scrollbars --force-device-scale-factor=1
""".split()


def main(arguments: list[str]) -> None:
    """Grade the class, then take the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(arguments[0] if arguments else folder).resolve() / "class"
        grade(place)
        PICTURES.mkdir(exist_ok=True)
        for name, (page, height) in PAGES.items():
            take(place / page, height, PICTURES / name)
            print(f"{name}: {(PICTURES / name).stat().st_size // 1000} kB")


def grade(place: Path) -> None:
    """Grade the sample class of 01 under `place`, unless that was done before."""
    if (place / "report.html").exists():
        return
    demo.hand_in(one_of_every_kind(), demo.make_room(place))
    results = commands.grade(place / "submitted", Options(variant=0), commands.Batch(os.cpu_count() or 1))
    demo.write_reports(place, results, Console(), {READER})


def take(page: Path, height: int, picture: Path) -> None:
    """Write a picture of the upper part of an HTML page. Exits with a message if there is no browser."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise SystemExit(f"no browser found; looked for: {', '.join(BROWSERS)}")
    with tempfile.TemporaryDirectory() as folder:
        taken = Path(folder) / "taken.png"
        window = f"--window-size={WIDTH},{height}", f"--user-data-dir={folder}/profile", f"--screenshot={taken}"
        command = [browser, *OPTIONS, *window, page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        Image.open(taken).convert("RGB").quantize(COLOURS).save(picture, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
