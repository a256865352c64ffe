"""The door to the network against a server on this machine."""

from pathlib import Path

import pytest
from loopback import LoopbackServer, changed, cut, no_ranges, part_of_another, quick_door, status

from flights.errors import BadPayload, RangesRefused, ResourceChanged, SourceUnavailable
from flights.http import Resource

BODY = bytes(range(256)) * 2000


def test_look_tells_size_tag_and_ranges(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY, etag='"one"')
    assert quick_door(tmp_path).look(url) == Resource(url, len(BODY), '"one"', None, True)


def test_nothing_there_is_an_answer(loopback: LoopbackServer, tmp_path: Path) -> None:
    door = quick_door(tmp_path)
    assert door.look(loopback.url_of("/none")) is None
    assert door.fetch(loopback.url_of("/none"), limit=10) is None
    assert loopback.count("/none") == 2


def test_fetch_gives_the_body(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/list", BODY, packed=True)
    assert quick_door(tmp_path).fetch(url, limit=len(BODY)) == BODY


def test_fetch_range_gives_exactly_these_bytes(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    assert quick_door(tmp_path).fetch_range(url, 10, 300) == BODY[10:300]


def test_stream_goes_on_after_cuts(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    loopback.fault("/file", cut(70_000), cut(1000), status(503))
    with quick_door(tmp_path).open(url) as stream:
        assert stream.read() == BODY
    assert loopback.count("/file") == 4


def test_download_is_the_whole_file(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    loopback.fault("/file", cut(70_000))
    found = quick_door(tmp_path).download(url, tmp_path / "there" / "file.tar")
    assert (tmp_path / "there" / "file.tar").read_bytes() == BODY
    assert (found.name, found.size) == ("file.tar", len(BODY))


def test_refused_ranges_are_said(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    loopback.fault("/file", no_ranges())
    with pytest.raises(RangesRefused):
        quick_door(tmp_path).fetch_range(url, 10, 20)


def test_another_part_than_asked_for_is_refused(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    loopback.fault("/file", part_of_another())
    with pytest.raises(BadPayload, match="other bytes"):
        quick_door(tmp_path).fetch_range(url, 10, 20)


def test_two_files_are_never_joined(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    loopback.fault("/file", cut(70_000), changed(BODY[::-1]))
    with quick_door(tmp_path).open(url) as stream, pytest.raises(ResourceChanged):
        stream.read()


def test_server_errors_end_in_a_sentence(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    loopback.fault("/file", status(503), forever=True)
    with pytest.raises(SourceUnavailable, match="/file answered 503"):
        quick_door(tmp_path).fetch(f"{url}?key=secret", limit=10)
    assert loopback.count("/file") == 6
