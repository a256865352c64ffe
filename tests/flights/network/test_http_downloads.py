"""Downloads: continued after any end, of one file only, hashed as a whole."""

import fcntl
import hashlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from loopback import (
    LoopbackServer,
    changed,
    cut,
    no_ranges,
    part_of_another,
    quick_door,
    slow,
    status,
)

from flights.errors import ArchiveError, BadPayload, SourceUnavailable
from flights.pull.worker_messages import StopRequested

BODY = bytes(range(256)) * 8000
_DOWNLOAD = """
import sys
from pathlib import Path
from flights.network.door import Door
Door(Path(sys.argv[1])).download(sys.argv[2], Path(sys.argv[3]))
"""


def _leave_half(server: LoopbackServer, target: Path, at: int = 1_000_000) -> None:
    """A first run that got `at` bytes, then gave up."""
    server.fault("/file", cut(at), status(500))
    with pytest.raises(SourceUnavailable):
        quick_door(target.parent, tries=2).download(server.url_of("/file"), target)
    assert target.with_name("file.tar.part").stat().st_size == at
    assert not target.exists()
    server.requests.clear()


def _lone_file(target: Path) -> None:
    """The file is the one thing that is left in its folder, but for the pace of hosts."""
    assert [path for path in target.parent.iterdir() if path.name != "hosts"] == [target]


def test_a_file_arrives_whole_with_size_hash_and_tag(
    loopback: LoopbackServer, tmp_path: Path
) -> None:
    url = loopback.put("/file", BODY, etag='"one"')
    shares: list[float] = []
    target = tmp_path / "deep" / "file.tar"
    found = quick_door(tmp_path).download(url, target, report=lambda _, share: shares.append(share))
    assert target.read_bytes() == BODY
    assert (found.name, found.size, found.etag) == ("file.tar", len(BODY), '"one"')
    assert found.sha256 == hashlib.sha256(BODY).hexdigest()
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    _lone_file(target)


def test_a_later_run_goes_on_where_the_first_was_cut(
    loopback: LoopbackServer, tmp_path: Path
) -> None:
    url = loopback.put("/file", BODY, etag='"one"')
    target = tmp_path / "file.tar"
    _leave_half(loopback, target)
    door = quick_door(tmp_path)
    found = door.download(url, target)
    assert target.read_bytes() == BODY
    assert found.sha256 == hashlib.sha256(BODY).hexdigest()
    assert door.traffic.bytes == len(BODY) - 1_000_000
    assert loopback.requests[0].range == "bytes=1000000-"
    assert loopback.requests[0].headers["if-range"] == '"one"'
    _lone_file(target)


def test_a_killed_process_loses_nothing(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    loopback.fault("/file", slow(0.0, every_s=0.03))
    target, part = tmp_path / "file.tar", tmp_path / "file.tar.part"
    process = subprocess.Popen([sys.executable, "-c", _DOWNLOAD, str(tmp_path), url, str(target)])
    deadline = time.monotonic() + 30
    while not (part.exists() and part.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = part.stat().st_size
    assert 0 < kept < len(BODY)
    door = quick_door(tmp_path)
    door.download(url, target)
    assert target.read_bytes() == BODY
    assert door.traffic.bytes == len(BODY) - kept


def test_a_file_changed_between_runs_is_begun_anew(
    loopback: LoopbackServer, tmp_path: Path
) -> None:
    url = loopback.put("/file", BODY)
    target = tmp_path / "file.tar"
    _leave_half(loopback, target)
    loopback.put("/file", BODY[::-1])
    quick_door(tmp_path).download(url, target)
    assert target.read_bytes() == BODY[::-1]


def test_a_file_changed_on_the_way_is_begun_anew(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    loopback.fault("/file", cut(1_000_000), changed(BODY[::-1]))
    quick_door(tmp_path).download(url, tmp_path / "file.tar")
    assert (tmp_path / "file.tar").read_bytes() == BODY[::-1]


def test_a_file_that_changes_all_the_time_is_given_up(
    loopback: LoopbackServer, tmp_path: Path
) -> None:
    url = loopback.put("/file", BODY)
    for turn in range(4):
        loopback.fault("/file", cut(100_000), changed(BODY + bytes([turn])))
    with pytest.raises(SourceUnavailable, match="has changed since"):
        quick_door(tmp_path).download(url, tmp_path / "file.tar")
    assert not (tmp_path / "file.tar").exists()


@pytest.mark.parametrize("tag", [None, 'W/"weak"'])
def test_without_a_sure_tag_a_cut_file_is_begun_anew(
    loopback: LoopbackServer, tmp_path: Path, tag: str | None
) -> None:
    url = loopback.put("/file", BODY, etag=tag)
    target = tmp_path / "file.tar"
    loopback.fault("/file", cut(1_000_000), cut(2_000_000), cut(100))
    with pytest.raises(SourceUnavailable, match="gives no tag"):
        quick_door(tmp_path).download(url, target)
    quick_door(tmp_path).download(url, target)
    assert target.read_bytes() == BODY
    assert [each.range for each in loopback.requests] == [None] * 4


def test_without_a_tag_the_date_serves(loopback: LoopbackServer, tmp_path: Path) -> None:
    date = "Fri, 13 Jun 2025 03:25:00 GMT"
    url = loopback.put("/file", BODY, etag=None, headers={"Last-Modified": date})
    target = tmp_path / "file.tar"
    _leave_half(loopback, target)
    quick_door(tmp_path).download(url, target)
    assert target.read_bytes() == BODY
    assert loopback.requests[0].headers["if-range"] == date


@pytest.mark.parametrize("fault", [no_ranges(), part_of_another()], ids=["whole", "other part"])
def test_a_server_that_cannot_go_on_sends_all_again(
    loopback: LoopbackServer, tmp_path: Path, fault: object
) -> None:
    url = loopback.put("/file", BODY)
    target = tmp_path / "file.tar"
    _leave_half(loopback, target)
    loopback.fault("/file", fault)
    quick_door(tmp_path).download(url, target)
    assert target.read_bytes() == BODY


def test_a_file_killed_before_its_last_step_is_not_fetched_again(
    loopback: LoopbackServer, tmp_path: Path
) -> None:
    url = loopback.put("/file", BODY)
    target = tmp_path / "file.tar"
    _leave_half(loopback, target)
    (tmp_path / "file.tar.part").write_bytes(BODY)
    door = quick_door(tmp_path)
    assert door.download(url, target).sha256 == hashlib.sha256(BODY).hexdigest()
    assert door.traffic.bytes == 0
    _lone_file(target)


@pytest.mark.parametrize(
    "notes", [b"", b"[]", b"{", b'{"address": 1}', b"\xff", b'{"size": 1, "etag": 2}']
)
def test_a_part_of_unknown_origin_is_begun_anew(
    loopback: LoopbackServer, tmp_path: Path, notes: bytes
) -> None:
    url = loopback.put("/file", BODY)
    (tmp_path / "file.tar.part").write_bytes(b"of something else")
    (tmp_path / "file.tar.part.json").write_bytes(notes)
    quick_door(tmp_path).download(url, tmp_path / "file.tar")
    assert (tmp_path / "file.tar").read_bytes() == BODY


def test_a_part_of_another_address_is_begun_anew(loopback: LoopbackServer, tmp_path: Path) -> None:
    loopback.put("/file", BODY, etag='"same"')
    other = loopback.put("/other", BODY[::-1], etag='"same"')
    target = tmp_path / "file.tar"
    _leave_half(loopback, target)
    quick_door(tmp_path).download(other, target)
    assert target.read_bytes() == BODY[::-1]


def test_a_file_being_fetched_is_left_alone(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    with (tmp_path / "file.tar.part").open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(ArchiveError, match=r"Another process is fetching file\.tar"):
            quick_door(tmp_path).download(url, tmp_path / "file.tar")


def test_a_disk_that_refuses_is_said(loopback: LoopbackServer, tmp_path: Path) -> None:
    (tmp_path / "folder").touch()
    with pytest.raises(ArchiveError, match="cannot be written"):
        quick_door(tmp_path).download(loopback.put("/file", BODY), tmp_path / "folder" / "file")


def test_a_cancelled_download_can_go_on(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)

    def stop(message: str, share: float) -> None:
        raise StopRequested(message)

    with pytest.raises(StopRequested):
        quick_door(tmp_path).download(url, tmp_path / "file.tar", report=stop)
    door = quick_door(tmp_path)
    door.download(url, tmp_path / "file.tar")
    assert door.traffic.bytes < len(BODY)


def test_what_is_too_large_is_not_begun(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    door = quick_door(tmp_path)
    with pytest.raises(BadPayload, match="more than 1,000 bytes"):
        door.download(url, tmp_path / "file.tar", limit=1000)
    assert door.traffic.requests == 1
    assert door.traffic.bytes < len(BODY)


def test_notes_hold_no_query(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    loopback.fault("/file", cut(1000), status(400))
    with pytest.raises(SourceUnavailable):
        quick_door(tmp_path).download(f"{url}?key=secret", tmp_path / "file.tar")
    assert b"secret" not in (tmp_path / "file.tar.part.json").read_bytes()
