"""The picture of the README: the Study page of the first example, written to .github/study.png.

    python tests/bench/readme_picture.py [--archive DIR]

starts the app on a copy of the archive and takes the picture in Debian's chromium. Without an
archive, the app starts on an empty folder and builds the simulated year first (one to two minutes).
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode

from playwright.sync_api import Page, ViewportSize, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))

from analysis.blocks.ready_questions import list_ready_questions
from analysis.study import to_query

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / ".github" / "study.png"
MOST_BYTES = 200_000  # a larger picture makes the README slow to load
# 1280 x 900 pixels in the end: a larger page, made smaller, so that the whole chart is in it.
SIZE, SCALE = ViewportSize(width=1422, height=1000), 0.9
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE_S = 600


@contextmanager
def start_app(archive: Path) -> Iterator[str]:
    """Address of the app on that archive, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    environment = os.environ | {"FLIGHTS_ARCHIVE": str(archive)}
    process = subprocess.Popen(
        [*command, "--server.headless=true"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_up(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < give_up:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.3)
    raise SystemExit("The app did not start.")


def take_picture(page: Page, url: str) -> None:
    """Open the first ready question, wait until it is complete, write the picture."""
    page.set_default_timeout(PATIENCE_S * 1000)
    study = next(iter(list_ready_questions().values()))
    page.goto(url)
    page.wait_for_selector("section.verdict")  # the simulated world is complete
    page.goto(f"{url}/?{urlencode(to_query(study))}")
    page.wait_for_selector("section.verdict")
    page.wait_for_selector('[data-testid="stVegaLiteChart"] svg')
    page.wait_for_selector('[data-testid="stStatusWidget"]', state="hidden")
    page.wait_for_timeout(1500)  # fonts, and the last step of the chart's width
    page.screenshot(path=PICTURE, animations="disabled")


def main() -> None:
    """Write the picture; fail if it is too large."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archive", type=Path, help="an archive with the simulated year")
    given = parser.parse_args().archive
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "archive"
        if given:
            shutil.copytree(given, archive)  # the app writes into its archive
        _photograph(archive)
    size = PICTURE.stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"{PICTURE} has {size:,} bytes, more than {MOST_BYTES:,}.")
    print(f"{PICTURE.relative_to(ROOT)}: {size:,} bytes")


def _photograph(archive: Path) -> None:
    with start_app(archive) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(viewport=SIZE, device_scale_factor=SCALE, color_scheme="light")
        take_picture(page, url)
        browser.close()


if __name__ == "__main__":
    main()
