"""Bodies: bounded however they are packed, and never silently shorter."""

import gzip
import tracemalloc
from pathlib import Path

import pytest
from loopback import LoopbackServer, Reply, claim, cut, fetch_range, no_length, quick_door

from flights.errors import BadPayload, SourceUnavailable

BODY = bytes(range(256)) * 1000
CHUNKED = {"Transfer-Encoding": "chunked"}
GZIP = {"Content-Encoding": "gzip"}


def test_packing_for_the_way_is_undone(loopback: LoopbackServer, tmp_path: Path) -> None:
    door = quick_door(tmp_path)
    assert door.fetch(loopback.put("/a", BODY, packed=True), limit=len(BODY)) == BODY
    assert loopback.requests[0].headers["accept-encoding"] == "gzip"
    assert door.traffic.bytes < len(BODY) / 10
    two = gzip.compress(BODY[:5]) + gzip.compress(BODY[5:])
    assert door.fetch(loopback.put("/b", two, headers=GZIP), limit=len(BODY)) == BODY
    assert door.fetch(loopback.put("/c", b"", headers=GZIP), limit=10) == b""


def test_files_are_asked_for_as_they_are_stored(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/a", BODY, packed=True)
    door = quick_door(tmp_path)
    door.fetch_head(url)
    assert fetch_range(door, url, 0, 10) == BODY[:10]
    assert door.download(url, tmp_path / "a").size == len(BODY)
    assert {each.headers["accept-encoding"] for each in loopback.requests} == {"identity"}


def test_a_gzip_bomb_stops_at_the_limit(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/bomb", gzip.compress(bytes(80 << 20)), headers=GZIP)
    door = quick_door(tmp_path)
    door.fetch_head(url)
    tracemalloc.start()
    with pytest.raises(BadPayload, match="more than 1,000,000 bytes"):
        door.fetch(url, limit=1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6_000_000
    assert loopback.count("/bomb", "GET") == 1


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "deflate", "zstd"])
def test_packing_nobody_asked_for_is_refused(
    loopback: LoopbackServer, tmp_path: Path, encoding: str
) -> None:
    url = loopback.put("/odd", gzip.compress(BODY), headers={"Content-Encoding": encoding})
    with pytest.raises(BadPayload, match="encoding that was not requested"):
        quick_door(tmp_path).fetch(url, limit=1 << 20)


@pytest.mark.parametrize("body", [b"no gzip at all", gzip.compress(BODY)[:-20]])
def test_spoilt_packing_is_refused(loopback: LoopbackServer, tmp_path: Path, body: bytes) -> None:
    url = loopback.put("/spoilt", body, headers=GZIP)
    with pytest.raises(BadPayload, match="gzip"):
        quick_door(tmp_path).fetch(url, limit=1 << 20)


def test_what_says_it_is_too_large_is_not_read(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/large", BODY)
    door = quick_door(tmp_path)
    with pytest.raises(BadPayload, match="more than 1,000 bytes"):
        door.fetch(url, limit=1000)
    assert door.traffic.bytes == 0


def test_what_does_not_say_its_size_stops_at_the_limit(
    loopback: LoopbackServer, tmp_path: Path
) -> None:
    loopback.route("/large", lambda _: Reply(200, BODY, CHUNKED))
    door = quick_door(tmp_path)
    assert door.fetch(loopback.url_of("/large"), limit=len(BODY)) == BODY
    with pytest.raises(BadPayload, match="more than"):
        door.fetch(loopback.url_of("/large"), limit=len(BODY) - 1)


def test_cut_chunks_are_no_shorter_body(loopback: LoopbackServer, tmp_path: Path) -> None:
    loopback.route("/chunks", lambda _: Reply(200, BODY, CHUNKED))
    loopback.fault("/chunks", cut(65_536))
    assert quick_door(tmp_path).fetch(loopback.url_of("/chunks"), limit=len(BODY)) == BODY
    assert loopback.count("/chunks") == 2


def test_body_whose_end_nobody_can_tell_is_refused(
    loopback: LoopbackServer, tmp_path: Path
) -> None:
    url = loopback.put("/endless", BODY)
    loopback.fault("/endless", no_length(), forever=True)
    with pytest.raises(SourceUnavailable, match="does not say how long"):
        quick_door(tmp_path).fetch(url, limit=1 << 20)


def test_body_shorter_than_claimed_is_asked_again(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/short", BODY)
    loopback.fault("/short", claim(len(BODY) + 10))
    assert quick_door(tmp_path).fetch(url, limit=1 << 20) == BODY
    assert loopback.count("/short") == 2
