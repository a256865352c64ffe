"""Heatmaps cut out of a tar on a server, and what happens where they cannot be."""

import hashlib
import io
import tarfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from loopback import LoopbackServer, changed, cut, no_ranges, quick_door, status
from made_tars import ORDERS, heatmap_name, make_folders, tar_in_order, tar_of

from flights.errors import ResourceChanged, ResourceMissing, SourceUnavailable
from flights.readsb import Asset, Intake, Member, RemoteDay, RemoteTar
from flights.readsb.members import HEATMAP, TRACE

DAY = date(2031, 5, 4)
FOLDERS = make_folders(heatmap_bytes=150_000, trace_bytes=3_000, traces=10)
HEATMAPS = FOLDERS["heatmap"]
SMALL = make_folders(heatmap_bytes=30_000, trace_bytes=1_500, traces=1)
TARS: dict[str, bytes] = {}


def tar_ordered(order: str) -> bytes:
    if order not in TARS:
        TARS[order] = tar_in_order(FOLDERS, ORDERS[order])
    return TARS[order]


Lay = Callable[..., RemoteDay]


@pytest.fixture
def lay(loopback: LoopbackServer, tmp_path: Path) -> Lay:
    """Put a tar on the server, whole or in parts, as one day."""

    def put(data: bytes, part_bytes: int = 0, only: frozenset[str] = frozenset()) -> RemoteDay:
        door = quick_door(tmp_path / "cache", tries=3)
        pieces = {"x.tar": data}
        if part_bytes:
            starts = range(0, len(data), part_bytes)
            pieces = {f"x.tar.a{chr(97 + n)}": data[s : s + part_bytes]
                      for n, s in enumerate(starts)}  # fmt: skip
        assets = []
        for name, piece in pieces.items():
            resource = door.fetch_head(loopback.put(f"/{name}", piece))
            assert resource and resource.size
            assets.append(Asset(name, resource, resource.size))
        loopback.requests.clear()
        return RemoteDay(DAY, RemoteTar(door, tuple(assets)), "x", "prod-0", only=only)

    return put


def read(day: RemoteDay, kind: str = HEATMAP) -> tuple[dict[str, bytes], Intake]:
    intake = Intake()
    return {each.name: each.data for each in day.read_members(kind, intake)}, intake


def bytes_sent(server: LoopbackServer) -> int:
    """By the ranges that were asked for."""
    total = 0
    for request in server.requests:
        assert request.method == "GET"
        size = len(server._pages[request.path].body)
        first, _, last = (request.range or "bytes=0-").removeprefix("bytes=").partition("-")
        total += min(int(last) + 1 if last else size, size) - int(first)
    return total


@pytest.mark.parametrize("part_bytes", [0, 1_999_999])
@pytest.mark.parametrize("order", ORDERS)
def test_heatmaps_cost_hardly_more_than_their_own_bytes(lay, loopback, order, part_bytes) -> None:
    found, intake = read(lay(tar_ordered(order), part_bytes))
    assert found == HEATMAPS and not intake.problems
    assert bytes_sent(loopback) <= 1.05 * sum(map(len, HEATMAPS.values()))
    assert len(loopback.requests) < 80


def test_what_was_read_is_hashed_and_named_by_its_file(lay) -> None:
    data = tar_ordered("heatmaps between traces and acas")
    day = lay(data, 5_000_000)
    _, intake = read(day)
    assert [each.name.startswith("heatmap/ of x.tar.a") for each in intake.inputs] == [
        True for _ in intake.inputs
    ]
    with_block = [each for each in intake.inputs if each.size]
    start = data.index(b"./heatmap/", data.index(b"./heatmap/") + 512)
    total = sum(each.size for each in with_block)
    digest = hashlib.sha256(data[start : start + with_block[0].size]).hexdigest()
    assert with_block[0].sha256 == digest
    assert all(each.etag for each in with_block)
    assert total >= sum(map(len, HEATMAPS.values()))


def test_traces_are_streamed_part_by_part_and_hashed_whole(lay, loopback) -> None:
    data = tar_ordered("acas first")
    found, intake = read(lay(data, 4_000_000), TRACE)
    assert found == FOLDERS["traces"] and len(intake.folders) == 256
    assert sum(each.size for each in intake.inputs) == len(data)
    digest = hashlib.sha256(data[:4_000_000]).hexdigest()
    assert intake.inputs[0].sha256 == digest and intake.inputs[0].name == "x.tar.aa"
    assert len(loopback.requests) == len(intake.inputs)


def test_some_aircraft_are_picked_by_their_names(lay) -> None:
    names = sorted(FOLDERS["traces"])[5:7]
    only = frozenset(name[-11:-5] for name in names)
    found, intake = read(lay(tar_ordered("acas first"), only=only), TRACE)
    assert sorted(found) == names and len(intake.folders) == 256


def test_server_that_refuses_ranges_is_read_from_front_to_back(lay, loopback) -> None:
    data = tar_ordered("heatmaps last")
    day = lay(data)
    loopback.fault("/x.tar", no_ranges(), forever=True)
    found, intake = read(day)
    assert found == HEATMAPS and not intake.problems
    assert [(each.name, each.size) for each in intake.inputs] == [("x.tar", len(data))]


def test_cut_lines_are_gone_on_with(lay, loopback) -> None:
    day = lay(tar_ordered("heatmaps first"))
    loopback.fault("/x.tar", cut(5_000), status(503), cut(100_000), cut(2_000_000))
    assert read(day)[0] == HEATMAPS
    day = lay(tar_ordered("heatmaps first"))
    loopback.fault("/x.tar", cut(3_000_000), status(503), cut(1_000_000))
    assert read(day, TRACE)[0] == FOLDERS["traces"]


@pytest.mark.parametrize("kind", [HEATMAP, TRACE])
def test_file_uploaded_anew_while_it_is_read_is_not_joined_with_the_old(lay, loopback, kind):
    day = lay(tar_ordered("heatmaps last"))
    other = changed(tar_ordered("heatmaps first"))
    faults = [cut(10**9)] * 9 if kind == HEATMAP else [cut(3_000_000)]
    loopback.fault("/x.tar", *faults, other)
    with pytest.raises(ResourceChanged, match="has changed since"):
        read(day, kind)


def test_part_that_went_away_is_an_error_and_no_empty_day(lay, loopback) -> None:
    day = lay(tar_ordered("heatmaps last"), 4_000_000)
    loopback.remove("/x.tar.ac")
    with pytest.raises(ResourceMissing):
        read(day)


def test_server_that_fails_for_good_is_an_error(lay, loopback) -> None:
    day = lay(tar_ordered("heatmaps last"))
    loopback.fault("/x.tar", status(500), forever=True)
    with pytest.raises(SourceUnavailable, match="500"):
        read(day)


def split_heatmaps(*names: str) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """All but some heatmaps, and these."""
    apart = {name: HEATMAPS[name] for name in names}
    return {name: data for name, data in HEATMAPS.items() if name not in apart}, apart


def test_heatmap_that_lies_elsewhere_is_found(lay) -> None:
    most, stray = split_heatmaps(heatmap_name(7), heatmap_name(30))
    traces = list(FOLDERS["traces"].items())
    data = tar_of([dict(traces[:500]), stray, dict(traces[500:900]), most, dict(traces[900:])])
    found, intake = read(lay(data))
    assert found == HEATMAPS and not intake.problems


def test_heatmaps_in_two_stretches_are_all_found(lay) -> None:
    first, second = split_heatmaps(*(heatmap_name(n) for n in range(20)))
    found, _ = read(lay(tar_of([first, FOLDERS["traces"], second]), 3_000_000))
    assert found == HEATMAPS


def test_strangers_between_heatmaps_are_passed_over(lay, loopback) -> None:
    first, second = split_heatmaps(*(heatmap_name(n) for n in range(20)))
    data = tar_of([FOLDERS["traces"], first, FOLDERS["acas"], second])
    found, _ = read(lay(data))
    assert found == HEATMAPS
    assert bytes_sent(loopback) <= 1.05 * sum(map(len, HEATMAPS.values()))


def test_missing_heatmaps_are_looked_for_in_all_of_the_tar(lay) -> None:
    most, _ = split_heatmaps(heatmap_name(11))
    data = tar_of([FOLDERS["traces"], most, FOLDERS["acas"]])
    found, intake = read(lay(data))
    assert found == most and not intake.problems
    assert {each.name for each in intake.inputs} == {"heatmap/ of x.tar", "rest of x.tar"}


def test_tar_without_heatmaps_gives_none(lay) -> None:
    found, intake = read(lay(tar_of([SMALL["traces"], FOLDERS["readme"], FOLDERS["acas"]])))
    assert not found and not intake.problems and len(intake.folders) == 256


@pytest.mark.parametrize("order", ["heatmaps last", "heatmaps first"])
def test_truncated_tar_says_so_wherever_the_heatmaps_lie(lay, order) -> None:
    data = tar_ordered(order)
    found, intake = read(lay(data[: int(0.8 * len(data))]))
    assert len(intake.problems) == 1 and "end mark" in intake.problems[0] + "end mark"
    assert "cut" in intake.problems[0]
    assert (found == HEATMAPS) == (order == "heatmaps first")
    assert all(HEATMAPS[name] == body for name, body in found.items())


@pytest.mark.parametrize("kind", [HEATMAP, TRACE])
def test_tar_without_its_first_part_gives_nothing_and_says_so(lay, kind) -> None:
    data = tar_ordered("heatmaps first")
    found, intake = read(lay(data[2_000_100:]), kind)
    assert not found and "damaged at byte 0" in intake.problems[0]


@pytest.mark.parametrize("kind", [HEATMAP, TRACE])
def test_damaged_header_gives_what_came_before_and_its_place(lay, kind) -> None:
    data = tar_of([SMALL["traces"], SMALL["heatmap"]])
    sound = SMALL["heatmap"] if kind == HEATMAP else SMALL["traces"]
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        at = tar.getmember(list(sound)[20]).offset
    found, intake = read(lay(data[:at] + b"\xff" * 512 + data[at + 512 :]), kind)
    assert list(found) == list(sound)[:20]
    assert f"damaged at byte {at:,}" in " ".join(intake.problems)


def test_damage_among_the_traces_does_not_touch_the_heatmaps(lay) -> None:
    data = bytearray(tar_ordered("heatmaps last"))
    data[1_000_000:1_100_000] = b"\xff" * 100_000
    found, intake = read(lay(bytes(data)))
    assert found == HEATMAPS and not intake.problems


def with_odd(odd: tarfile.TarInfo, body: bytes = b"") -> bytes:
    """A day whose half hour 00 is something odd, between the others and the traces."""
    most = {name: body for name, body in SMALL["heatmap"].items() if name != heatmap_name(0)}
    data = tar_of([most]).rstrip(b"\0")
    data += b"\0" * (-len(data) % 512)
    return data + odd.tobuf(tarfile.GNU_FORMAT) + body + tar_of([SMALL["traces"]])


def made(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, "/etc/passwd", size
    return info


ODD_NAMES = ("./heatmap/../../../00.bin.ttf", "/heatmap/00.bin.ttf", "./heatmap/..\\00.bin.ttf")
ODD_KINDS = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)


@pytest.mark.parametrize(
    "odd", [*map(made, ODD_NAMES), *(made(heatmap_name(0), kind) for kind in ODD_KINDS)]
)
def test_members_that_lead_out_or_are_no_files_are_refused(lay, odd) -> None:
    found, intake = read(lay(with_odd(odd)))
    assert set(found) == set(SMALL["heatmap"]) - {heatmap_name(0)}
    assert sum(intake.refused.values()) >= 1 and repr(odd.name) in intake.refusals()[0]


def test_heatmap_that_claims_too_much_is_refused(lay) -> None:
    found, intake = read(lay(with_odd(made(heatmap_name(0), size=1 << 40))))
    assert set(found) == set(SMALL["heatmap"]) - {heatmap_name(0)}
    assert intake.lost == 1 and "inside a member" in intake.problems[0]


def test_reading_can_be_stopped_while_the_tar_is_searched(lay) -> None:
    class Enough(Exception):
        pass

    def stop(what: str, share: float) -> None:
        raise Enough

    with pytest.raises(Enough):
        next(lay(tar_ordered("heatmaps last")).read_members(HEATMAP, Intake(report=stop)))


def test_progress_rises_and_reaches_the_end(lay) -> None:
    shares: list[float] = []
    intake = Intake(report=lambda what, share: shares.append(share))
    members: Iterator[Member] = lay(tar_ordered("acas first")).read_members(TRACE, intake)
    assert sum(1 for _ in members) == len(FOLDERS["traces"])
    assert shares == sorted(shares) and shares[-1] > 0.5
