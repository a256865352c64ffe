"""What may pass is asked again, as late as the server wants, and somebody hears of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any

import httpx
import pytest
from loopback import LoopbackServer, cut, drop, quick_door, slow, status

from flights.errors import RateLimited, SourceUnavailable
from flights.network import Door, read_wait
from flights.pull.worker_messages import StopRequested

BODY = b"0123456789" * 1000


@dataclass
class Clock:
    """Stands in for sleeping and for chance; remembers how long it was slept."""

    naps: list[float] = field(default_factory=list)
    chance: float = 0.5

    def door(self, folder: Path, **retries: Any) -> Door:
        return quick_door(
            folder, pause_s=1.0, sleep=self.naps.append, chance=lambda: self.chance, **retries
        )


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504, 522])
def test_what_may_pass_is_asked_again(loopback: LoopbackServer, tmp_path: Path, code: int) -> None:
    url = loopback.put("/file", BODY)
    loopback.fault("/file", status(code), status(code))
    assert quick_door(tmp_path).fetch(url, limit=1 << 20) == BODY
    assert loopback.count("/file") == 3


@pytest.mark.parametrize("fault", [drop(), cut(100), slow(0.4)], ids=["drop", "cut", "slow"])
def test_broken_lines_are_asked_again(loopback: LoopbackServer, tmp_path: Path, fault: Any) -> None:
    url = loopback.put("/file", BODY)
    loopback.fault("/file", fault)
    assert quick_door(tmp_path, read_s=0.1).fetch(url, limit=1 << 20) == BODY
    assert loopback.count("/file") == 2


def test_body_that_only_trickles_is_given_up(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", bytes(200_000))
    loopback.fault("/file", slow(0.0, every_s=0.05), forever=True)
    door = quick_door(tmp_path, grace_s=0.02, slowest_per_s=1e9, tries=2)
    with pytest.raises(SourceUnavailable, match=r"sent only [0-9]+ bytes in"):
        door.fetch(url, limit=1 << 20)
    assert loopback.count("/file") == 2


def test_a_host_that_is_not_there_ends_in_a_sentence(tmp_path: Path) -> None:
    with LoopbackServer() as server:
        gone = server.url_of("/file?key=secret")
    clock = Clock()
    with pytest.raises(
        SourceUnavailable, match=r"could not be reached\. 4 attempts failed"
    ) as error:
        clock.door(tmp_path, tries=4).fetch(gone, limit=10)
    assert "secret" not in str(error.value)
    assert sum(clock.naps) == 1 + 2 + 4


@pytest.mark.parametrize(("chance", "pauses"), [(0.0, 0.5), (0.5, 1.0), (1.0, 1.5)])
def test_pauses_double_and_vary(
    loopback: LoopbackServer, tmp_path: Path, chance: float, pauses: float
) -> None:
    loopback.fault("/file", status(503), forever=True)
    clock = Clock(chance=chance)
    with pytest.raises(SourceUnavailable, match=r"answered 503\. 6 attempts failed"):
        clock.door(tmp_path).fetch(loopback.url_of("/file"), limit=10)
    assert sum(clock.naps) == pytest.approx(pauses * (1 + 2 + 4 + 8 + 16))
    assert max(clock.naps) <= 1.0


def test_the_wait_asked_for_is_kept_and_told_every_second(
    loopback: LoopbackServer, tmp_path: Path
) -> None:
    url = loopback.put("/file", BODY)
    loopback.fault("/file", status(429, {"Retry-After": "40"}))
    clock = Clock()
    told: list[tuple[str, float]] = []
    door = clock.door(tmp_path).with_report(lambda text, share: told.append((text, share)), 0.25)
    assert door.fetch(f"{url}?key=secret", limit=1 << 20) == BODY
    assert sum(clock.naps) >= 40
    assert max(clock.naps) <= 1.0
    assert len(told) >= 40
    assert told[0] == (f"waiting 41 s: {url} answered 429", 0.25)


def test_opensky_s_own_header_goes_first(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    headers = {"X-Rate-Limit-Retry-After-Seconds": "7", "Retry-After": "100"}
    loopback.fault("/file", status(429, headers))
    clock = Clock()
    clock.door(tmp_path).fetch(url, limit=1 << 20)
    assert 7 <= sum(clock.naps) < 10


def test_a_date_to_wait_for_is_kept(loopback: LoopbackServer, tmp_path: Path) -> None:
    url = loopback.put("/file", BODY)
    until = formatdate(time.time() + 30, usegmt=True)
    loopback.fault("/file", status(503, {"Retry-After": until}))
    clock = Clock()
    clock.door(tmp_path).fetch(url, limit=1 << 20)
    assert 25 < sum(clock.naps) < 35


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry-after": "12"}, 12.0),
        ({"retry-after": " 1.5 "}, 1.5),
        (
            {
                "retry-after": "Fri, 13 Jun 2025 03:26:00 GMT",
                "date": "Fri, 13 Jun 2025 03:25:00 GMT",
            },
            60.0,
        ),
        (
            {
                "retry-after": "Fri, 13 Jun 2025 03:24:00 GMT",
                "date": "Fri, 13 Jun 2025 03:25:00 GMT",
            },
            0.0,
        ),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "1e9"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "²"}, None),
        ({"retry-after": "9" * 400}, None),
        ({}, None),
    ],
)
def test_waits_are_read(headers: dict[str, str], wait_s: float | None) -> None:
    raw = [(name.encode(), text.encode()) for name, text in headers.items()]
    assert read_wait(httpx.Headers(raw)) == wait_s


@pytest.mark.parametrize("code", [429, 503])
def test_long_waits_are_handed_to_the_caller(
    loopback: LoopbackServer, tmp_path: Path, code: int
) -> None:
    loopback.fault("/file", status(code, {"Retry-After": "7200"}), forever=True)
    clock = Clock()
    with pytest.raises(RateLimited, match="wait 7,200 s") as error:
        clock.door(tmp_path).fetch(loopback.url_of("/file"), limit=10)
    assert error.value.wait_seconds == 7200
    assert clock.naps == []
    assert loopback.count("/file") == 1


def test_a_host_that_never_lets_up_is_rate_limited_not_down(
    loopback: LoopbackServer, tmp_path: Path
) -> None:
    loopback.fault("/file", status(429), forever=True)
    with pytest.raises(RateLimited) as error:
        quick_door(tmp_path).fetch(loopback.url_of("/file"), limit=10)
    assert error.value.wait_seconds is None
    loopback.fault("/down", status(503, {"Retry-After": "0"}), forever=True)
    with pytest.raises(SourceUnavailable) as down:
        quick_door(tmp_path).fetch(loopback.url_of("/down"), limit=10)
    assert not isinstance(down.value, RateLimited)


def _stop_at(call: int) -> Callable[[str, float], None]:
    left = [call]

    def report(message: str, share: float) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise StopRequested("stopped")

    return report


def test_a_wait_ends_when_the_pull_is_cancelled(loopback: LoopbackServer, tmp_path: Path) -> None:
    loopback.fault("/file", status(429, {"Retry-After": "200"}), forever=True)
    clock = Clock()
    with pytest.raises(StopRequested):
        clock.door(tmp_path).with_report(_stop_at(3)).fetch(loopback.url_of("/file"), limit=10)
    assert sum(clock.naps) == 2
    assert loopback.count("/file") == 1


def test_doors_of_one_cache_wait_together(loopback: LoopbackServer, tmp_path: Path) -> None:
    """One process was told to wait; the other, not yet told, waits too."""
    url = loopback.put("/file", BODY)
    loopback.fault("/file", status(429, {"Retry-After": "20"}))
    first, second = Clock(), Clock()
    first.door(tmp_path, spares_loopback=False).fetch(url, limit=1 << 20)
    told: list[str] = []
    other = second.door(tmp_path, spares_loopback=False)
    other.with_report(lambda text, _: told.append(text)).fetch(url, limit=1 << 20)
    assert 15 < sum(second.naps) <= 20
    assert "rate limit for" in told[0]
