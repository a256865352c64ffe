"""A whole pull from OpenSky on the command line: what it asks, keeps, and never shows."""

import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from loopback import slow, status
from opensky_server import CLIENT_ID, SECRET, TOKEN_PATH, OpenSky

from flights import CONTENTS_SENTENCE, __main__
from flights.archive import Archive

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[4]
DAYS = ("--from", "2025-06-10", "--to", "2025-06-15")
PULL = ("pull", "opensky-rest", "--regions", "airport:ELLX", *DAYS, "--yes")


@pytest.fixture
def busy(sky: OpenSky) -> OpenSky:
    """A week of Luxembourg."""
    for day in range(9, 17):
        sky.fly("4d0101", "ELLX", "EDDF", f"2025-06-{day:02d} 08:00", f"2025-06-{day:02d} 09:00")
        night = (f"2025-06-{day:02d} 21:00", f"2025-06-{day + 1:02d} 07:00")
        sky.fly("4d0102", "ZHCC", "ELLX", *night)
    return sky


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flights", *arguments],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def read_everything(folder: Path) -> bytes:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return b"\n".join(path.read_bytes() for path in files)


def test_pull_end_to_end_states_its_cost_and_asks_nothing_twice(
    busy: OpenSky, tmp_path: Path
) -> None:
    done = run(*PULL)
    assert done.returncode == 0, done.stderr
    for said in (
        "non-profit research and education, no redistribution",
        "needs a written licence",
        "IPSN 2014",
        "6 days to read: 13 requests, 52 credits",
        "6 complete",
        CONTENTS_SENTENCE,
    ):
        assert said in done.stderr
    assert len(busy.asked) == len(set(busy.asked)) == 13
    archive = Archive(tmp_path / "archive")
    (source,) = archive.sources()
    assert source.startswith("opensky-rest.regions-airport-ellx-")
    entries = archive.read_ledger(source)
    assert {entry.status for entry in entries.values()} == {"complete"}
    assert {entry.scope for entry in entries.values()} == {"regions:airport:ELLX"}
    assert {entry.counts["flights"] for entry in entries.values()} == {2}
    again = run(*PULL)
    assert (again.returncode, len(busy.asked)) == (0, 13)
    assert "6 days complete already" in again.stderr


def test_two_workers_ask_nothing_twice_either(busy: OpenSky) -> None:
    done = run(*PULL, "--workers", "2")
    assert done.returncode == 0, done.stderr
    assert len(busy.asked) == len(set(busy.asked)) == 13


def test_pull_out_of_credits_pauses_and_goes_on(busy: OpenSky, tmp_path: Path) -> None:
    first = run(*PULL, "--budget", "24")
    assert first.returncode == 1
    assert "paused" in first.stderr
    assert "budget of 24 OpenSky credits is spent" in first.stderr
    archive = Archive(tmp_path / "archive")
    (source,) = archive.sources()
    assert len(archive.read_ledger(source)) == 2, "days not reached stay not asked"
    assert len(busy.asked) == 6
    second = run(*PULL)
    assert second.returncode == 0, second.stderr
    assert len(busy.asked) == len(set(busy.asked)) == 13


def test_killed_pull_asks_again_only_what_was_under_way(busy: OpenSky) -> None:
    for kind in ("departure", "arrival"):
        busy.api.fault(f"/api/flights/{kind}", slow(0.3), forever=True)
    pull = subprocess.Popen(
        [sys.executable, "-m", "flights", *PULL], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    try:
        give_up = time.monotonic() + 60
        while len(busy.asked) < 5 and time.monotonic() < give_up:
            time.sleep(0.02)
    finally:
        pull.kill()
        pull.wait()
    assert len(busy.asked) >= 5
    done = run(*PULL)
    assert done.returncode == 0, done.stderr
    assert "6 complete" in done.stderr or "complete already" in done.stderr
    assert len(set(busy.asked)) == 13
    assert len(busy.asked) <= 13 + 1


def test_pull_without_an_account_sends_nothing(
    busy: OpenSky,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("OPENSKY_CLIENT_ID")
    assert __main__.main(PULL) == 1
    said = capfd.readouterr().err
    assert "OPENSKY_CLIENT_ID and OPENSKY_CLIENT_SECRET" in said
    assert "settings.conf" in said
    assert busy.asked == []
    assert Archive(tmp_path / "archive").sources() == []


def test_plain_pull_says_what_to_do(capfd: pytest.CaptureFixture[str]) -> None:
    assert __main__.main(["pull", "opensky-rest", *DAYS, "--yes"]) == 2
    said = capfd.readouterr().err
    assert "--regions airport:ELLX" in said
    assert "--slices" in said


@pytest.mark.parametrize(
    "faults",
    [
        [],
        [status(500, body=SECRET.encode())],
        [status(401), status(401)],
        [status(400, body=f'["bad {CLIENT_ID} {SECRET} Bearer token-of-a-test-1"]'.encode())],
        [status(403, body=f"no history for {SECRET}".encode())],
        [status(200, body=f'[{{"icao24": "{SECRET}"}}]'.encode())],
    ],
    ids=["good", "500", "401", "400", "403", "200"],
)
def test_secret_is_in_no_log_no_output_and_no_file(
    busy: OpenSky,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    faults: list,
) -> None:
    busy.api.fault("/api/flights/departure", *faults)
    busy.tokens.fault(TOKEN_PATH, status(502, body=SECRET.encode()))
    with caplog.at_level(logging.DEBUG):
        __main__.main([*PULL, "--to", "2025-06-10"])
    out, err = capfd.readouterr()
    shown = (out + err + caplog.text).encode()
    assert b"opensky-rest" in shown
    for secret in (SECRET, CLIENT_ID, "token-of-a-test"):
        assert secret.encode() not in shown
        assert secret.encode() not in read_everything(tmp_path)
    assert b"Bearer" not in shown
