"""The door to the network against a server on this machine: answers, parts, streams."""

import pickle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loopback import (
    LoopbackServer,
    Reply,
    changed,
    claim,
    cut,
    fetch_range,
    no_ranges,
    part_of_another,
    quick_door,
    status,
)

from flights.errors import (
    BadPayload,
    CredentialsRejected,
    InvalidInput,
    RangesRefused,
    ResourceChanged,
    ResourceMissing,
    SourceUnavailable,
)
from flights.network import USER_AGENT, Resource

pytestmark = pytest.mark.slow

BODY = bytes(range(256)) * 2000


def test_look_tells_size_tag_and_ranges(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY, etag='"one"')
    assert quick_door(tmp_path).fetch_head(url) == Resource(url, len(BODY), '"one"', None, True)
    assert loopback.requests[0].method == "HEAD"


@pytest.mark.parametrize("refusal", [403, 405, 501])
def test_look_asks_for_a_byte_where_heads_are_refused(
    loopback: LoopbackServer, tmp_path: Path, refusal: int
) -> None:
    url = loopback.put("/file", BODY, etag='"one"')
    loopback.fault("/file", status(refusal), method="HEAD", forever=True)
    assert quick_door(tmp_path).fetch_head(url) == Resource(url, len(BODY), '"one"', None, True)
    assert loopback.requests[-1].range == "bytes=0-0"


@pytest.mark.parametrize("gone", [404, 410])
def test_nothing_there_is_an_answer_and_asked_once(
    loopback: LoopbackServer, tmp_path: Path, gone: int
) -> None:
    loopback.fault("/none", status(gone), forever=True)
    door = quick_door(tmp_path)
    assert door.fetch_head(loopback.url_of("/none")) is None
    assert door.fetch(loopback.url_of("/none"), limit=10) is None
    assert loopback.count("/none") == 2


def test_what_must_be_there_and_is_not_is_an_error(
    loopback: LoopbackServer, tmp_path: Path
) -> None:
    door, url = quick_door(tmp_path), loopback.url_of("/none")
    with pytest.raises(ResourceMissing, match="/none is not there"):
        door.fetch(url, limit=10, accept_missing=False)
    with pytest.raises(ResourceMissing, match="/none is not there"):
        door.open(url)
    with pytest.raises(ResourceMissing, match="/none is not there"):
        door.download(url, tmp_path / "file")
    assert list(tmp_path.glob("file*")) == []


def test_fetch_gives_the_body_and_says_who_asks(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/list", BODY)
    found = quick_door(tmp_path).fetch(
        url, limit=len(BODY), params={"day": "1"}, headers={"X": "y"}
    )
    assert found == BODY
    asked = loopback.requests[0]
    assert (asked.query, asked.headers["x"]) == ({"day": "1"}, "y")
    assert asked.headers["user-agent"] == USER_AGENT


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        (400, SourceUnavailable, "answered 400"),
        (401, CredentialsRejected, "refused the account"),
        (403, SourceUnavailable, "refuses access"),
        (407, SourceUnavailable, "proxy"),
        (451, SourceUnavailable, "answered 451"),
        (304, SourceUnavailable, "answered 304"),
        (501, SourceUnavailable, "answered 501"),
    ],
)
def test_what_cannot_pass_is_asked_once(
    loopback: LoopbackServer, tmp_path: Path, code: int, error: type[Exception], words: str
) -> None:
    loopback.fault("/file", status(code), forever=True)
    with pytest.raises(error, match=words):
        quick_door(tmp_path).fetch(loopback.url_of("/file"), limit=10)
    assert loopback.count("/file") == 1


def test_a_refused_account_is_told_from_a_refused_file(
    loopback: LoopbackServer, tmp_path: Path
) -> None:
    loopback.fault("/file", status(403), forever=True)
    with pytest.raises(CredentialsRejected):
        quick_door(tmp_path).fetch(
            loopback.url_of("/file"), limit=10, headers={"Authorization": "Bearer secret"}
        )


@pytest.mark.parametrize(
    "url", ["ftp://example.org/x", "file:///etc/passwd", "/x", "http://", "h\n:"]
)
def test_only_web_addresses_are_asked(tmp_path: Path, url: str) -> None:
    with pytest.raises(InvalidInput):
        quick_door(tmp_path).fetch(url, limit=10)


def test_range_gives_exactly_these_bytes(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY, etag='"one"')
    door = quick_door(tmp_path)
    assert fetch_range(door, url, 10, 300, etag='"one"') == BODY[10:300]
    assert (loopback.requests[0].range, loopback.requests[0].headers["if-range"]) == (
        "bytes=10-299",
        '"one"',
    )
    assert fetch_range(door, url, 7, 7) == b""
    assert door.traffic.requests == 1
    assert door.traffic.bytes == 290


def test_range_of_another_file_is_refused(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY, etag='"two"')
    with pytest.raises(ResourceChanged, match="has changed since"):
        fetch_range(quick_door(tmp_path), url, 10, 300, etag='"one"')


def test_part_with_another_tag_is_refused(loopback: LoopbackServer, tmp_path: Path) -> None:
    headers = {"Content-Range": "bytes 0-9/20", "ETag": '"two"'}
    loopback.route("/file", lambda _: Reply(206, b"0123456789", headers))
    with pytest.raises(ResourceChanged):
        fetch_range(quick_door(tmp_path), loopback.url_of("/file"), 0, 10, etag='"one"')


def test_refused_ranges_are_said(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    loopback.fault("/file", no_ranges(), forever=True)
    with pytest.raises(RangesRefused):
        fetch_range(quick_door(tmp_path), url, 10, 20)


def test_range_behind_the_end_says_how_long_the_file_is(
    loopback: LoopbackServer, tmp_path: Path
) -> None:
    url = loopback.put("/file", b"0123456789")
    door = quick_door(tmp_path)
    with pytest.raises(BadPayload, match="has 10 bytes"):
        fetch_range(door, url, 20, 30)
    with pytest.raises(BadPayload, match="has 10 bytes, fewer than the 30"):
        fetch_range(door, url, 5, 30)


@pytest.mark.parametrize(
    "content_range",
    ["", "bytes", "bytes 11-20/512000", "bytes 10-18/512000", "bytes 10-20/*", "bytes x-y/z"],
)
def test_part_that_is_not_what_was_asked_for_is_refused(
    loopback: LoopbackServer, tmp_path: Path, content_range: str
) -> None:
    loopback.route("/file", lambda _: Reply(206, BODY[:10], {"Content-Range": content_range}))
    with pytest.raises(BadPayload):
        fetch_range(quick_door(tmp_path), loopback.url_of("/file"), 10, 20)


def test_part_of_wrong_length_is_refused(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    loopback.fault("/file", claim(5))
    with pytest.raises(BadPayload, match="other bytes"):
        fetch_range(quick_door(tmp_path), url, 10, 20)


def test_shifted_part_is_refused(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    loopback.fault("/file", part_of_another())
    with pytest.raises(BadPayload, match="other bytes"):
        fetch_range(quick_door(tmp_path), url, 10, 20)


def test_part_longer_than_it_says_is_refused(loopback: LoopbackServer, tmp_path: Path) -> None:
    headers = {"Content-Range": "bytes 10-19/512000", "Transfer-Encoding": "chunked"}
    loopback.route("/file", lambda _: Reply(206, BODY[10:21], headers))
    with pytest.raises(BadPayload, match="longer than the server said"):
        fetch_range(quick_door(tmp_path), loopback.url_of("/file"), 10, 20)


def test_bounded_stream_asks_for_no_more(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    with quick_door(tmp_path).open(url, start=100, stop=300_000) as stream:
        assert stream.read(50) == BODY[100:150]
        assert stream.position == 150
        assert stream.read() == BODY[150:300_000]
        assert stream.read(10) == b""
    assert [each.range for each in loopback.requests] == ["bytes=100-299999"]


def test_open_end_from_the_middle(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    with quick_door(tmp_path).open(url, start=500_000) as stream:
        assert stream.read() == BODY[500_000:]
        assert stream.resource.size == len(BODY)
    with quick_door(tmp_path).open(url, start=len(BODY)) as stream:
        assert stream.read() == b""


def test_stream_goes_on_after_cuts(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY, etag='"one"')
    loopback.fault("/file", cut(70_000), cut(1000), status(503), cut(0))
    with quick_door(tmp_path).open(url) as stream:
        assert stream.read() == BODY
    first, second, *_ = loopback.requests
    assert first.range is None
    assert second.headers["if-range"] == '"one"'
    assert [each.range for each in loopback.requests[1:]] == [
        "bytes=70000-",
        "bytes=71000-",
        "bytes=71000-",
        "bytes=71000-",
    ]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cuts=st.lists(st.integers(0, 200_000), max_size=4),
    start=st.integers(0, len(BODY)),
    size=st.integers(1, 200_000),
)
def test_stream_is_the_file_wherever_it_is_cut(
    loopback: LoopbackServer, tmp_path: Path, cuts: list[int], start: int, size: int
) -> None:
    url = loopback.put("/file", BODY)
    loopback.fault("/file", *map(cut, cuts))
    with quick_door(tmp_path).open(url, start=start) as stream:
        pieces = list(iter(lambda: stream.read(size), b""))
    assert b"".join(pieces) == BODY[start:]
    assert all(len(piece) == size for piece in pieces[:-1])


def test_two_files_are_never_joined(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    loopback.fault("/file", cut(70_000), changed(BODY[::-1]))
    with quick_door(tmp_path).open(url) as stream, pytest.raises(ResourceChanged):
        stream.read()


@pytest.mark.parametrize("tag", [None, 'W/"weak"'])
def test_stream_without_a_sure_tag_does_not_go_on(
    loopback: LoopbackServer, tmp_path: Path, tag: str | None
) -> None:
    url = loopback.put("/file", BODY, etag=tag)
    loopback.fault("/file", cut(70_000))
    with (
        quick_door(tmp_path).open(url) as stream,
        pytest.raises(RangesRefused, match=r"cut after 70,000 bytes"),
    ):
        stream.read()


@pytest.mark.parametrize("tag", ['"\xff"', '"' + "x" * 300 + '"', '"\t"'])
def test_tags_that_cannot_be_sent_back_count_as_none(
    loopback: LoopbackServer, tmp_path: Path, tag: str
) -> None:
    url = loopback.put("/file", BODY, etag=tag)
    looked = quick_door(tmp_path).fetch_head(url)
    assert looked is not None
    assert looked.etag is None


def test_stream_goes_on_by_date_where_there_is_no_tag(
    loopback: LoopbackServer, tmp_path: Path
) -> None:
    date = "Fri, 13 Jun 2025 03:25:00 GMT"
    url = loopback.put("/file", BODY, etag=None, headers={"Last-Modified": date})
    loopback.fault("/file", cut(70_000))
    with quick_door(tmp_path).open(url) as stream:
        assert stream.read() == BODY
    assert loopback.requests[1].headers["if-range"] == date


def test_cut_stream_of_a_server_without_ranges_is_refused(
    loopback: LoopbackServer, tmp_path: Path
) -> None:
    url = loopback.put("/file", BODY, ranges=False)
    loopback.fault("/file", cut(70_000))
    with quick_door(tmp_path).open(url) as stream, pytest.raises(RangesRefused):
        stream.read()


def test_stream_knows_what_was_looked_at(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    door = quick_door(tmp_path)
    looked = door.fetch_head(url)
    loopback.put("/file", BODY[::-1])
    with pytest.raises(ResourceChanged):
        door.open(url, resource=looked)
    with pytest.raises(ResourceChanged):
        door.open(url, start=100, resource=looked)


def test_length_that_grows_short_of_what_was_looked_at_is_seen(
    loopback: LoopbackServer, tmp_path: Path
) -> None:
    url = loopback.put("/file", BODY)
    door = quick_door(tmp_path)
    looked = door.fetch_head(url)
    loopback.fault("/file", claim(1000))
    with pytest.raises(ResourceChanged):
        door.open(url, resource=looked)


def test_a_file_that_never_holds_what_it_claims_is_an_error(
    loopback: LoopbackServer, tmp_path: Path
) -> None:
    url = loopback.put("/file", BODY)
    loopback.fault("/file", claim(len(BODY) + 1), forever=True)
    with pytest.raises(SourceUnavailable, match=r"cut the connection.* 6 attempts failed"):
        quick_door(tmp_path).fetch(url, limit=1 << 20)
    with quick_door(tmp_path).open(url) as stream, pytest.raises(ResourceChanged):
        stream.read()


def test_a_pickled_door_opens_lines_of_its_own(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    door = quick_door(tmp_path).with_report(lambda message, share: None)
    fetch_range(door, url, 0, 10)
    copy = pickle.loads(pickle.dumps(door))
    assert copy.traffic.requests == 0
    assert fetch_range(copy, url, 0, 10) == BODY[:10]
    assert door.traffic.requests == 1
