"""Folders, tars and parts of tars as one stream of members."""

import gzip
import hashlib
import io
import os
import tarfile
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from flights.errors import InvalidInput, SourceUnavailable
from flights.readsb import Intake, find_days
from flights.readsb import members as members_module
from flights.readsb.members import HEATMAP, TRACE
from flights.sources.simulated.readsb.encode import write_day, write_tar

DAY = date(2050, 6, 1)


@pytest.fixture
def day_folder(tmp_path, ten_flights) -> Path:
    """globe_history/2050/06/01 with all 48 heatmaps and ten traces."""
    return write_day(tmp_path / "globe_history", ten_flights, day=DAY)


@pytest.fixture
def tar(tmp_path, day_folder) -> Path:
    return write_tar(tmp_path / "globe_history_2050-06-01.tar", day_folder)


def split(tar: Path, size: int) -> list[Path]:
    """`split -b`: parts .aa, .ab ... and the tar gone."""
    data = tar.read_bytes()
    parts = []
    for number, start in enumerate(range(0, len(data), size)):
        suffix = chr(97 + number // 26) + chr(97 + number % 26)
        parts.append(tar.with_name(f"{tar.name}.{suffix}"))
        parts[-1].write_bytes(data[start : start + size])
    tar.unlink()
    return parts


def members_of(path: Path, kind: str = HEATMAP):
    """The only day there, its members by key and the intake."""
    (day,) = find_days(path, kind)
    intake = Intake()
    return day, list(day.read_members(kind, intake)), intake


def own_tar(path: Path, *members: tuple[str, bytes | bytes]) -> Path:
    """A tar of (name, data) or of ready TarInfo."""
    with tarfile.open(path, "w") as tar:
        for each in members:
            info, data = each if isinstance(each, tuple) else (each, b"")
            if isinstance(info, str):
                info = tarfile.TarInfo(info)
                info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize("upwards", [0, 1, 2, 3, 4])
def test_a_folder_at_any_height_above_the_day_is_found(day_folder, upwards):
    day, members, intake = members_of([day_folder, *day_folder.parents][upwards])
    assert day.day == DAY and day.name == "2050/06/01"
    assert [each.key for each in members] == [f"{n:02d}" for n in range(48)]
    assert [each.name for each in intake.inputs] == [f"heatmap/{n:02d}.bin.ttf" for n in range(48)]


@pytest.mark.parametrize("kind,count", [(HEATMAP, 48), (TRACE, 10)])
def test_folder_tar_and_parts_hold_the_same_members(tmp_path, day_folder, tar, kind, count):
    def content(path):
        return sorted((each.key, each.data) for each in members_of(path, kind)[1])

    lying, whole = content(day_folder), content(tar)
    parts = split(tar, 7_777)
    assert len(lying) == count and lying == whole
    assert all(content(path) == lying for path in (parts[0], parts[-1], tar))
    assert content(tmp_path / "globe_history_2050-06-01") == lying


def test_inputs_are_hashed_as_they_are_read(tar):
    expected = [
        (p.name, p.stat().st_size, hashlib.sha256(p.read_bytes()).hexdigest())
        for p in split(tar, 9_000)
    ]
    _, _, intake = members_of(tar)
    assert [(each.name, each.size, each.sha256) for each in intake.inputs] == expected


def test_traces_of_a_folder_are_hashed_as_sha256sum_would(day_folder):
    _, members, intake = members_of(day_folder, TRACE)
    lines = [f"{hashlib.sha256(m.data).hexdigest()}  {m.name}\n" for m in members]
    (one,) = intake.inputs
    assert one.sha256 == hashlib.sha256("".join(lines).encode()).hexdigest()
    assert one.size == sum(len(each.data) for each in members)
    assert members == sorted(members, key=lambda each: each.name)


def test_all_256_trace_folders_are_seen_with_or_without_files(day_folder, tar):
    for path in (day_folder, tar):
        assert len(members_of(path, TRACE)[2].folders) == 256


def test_truncated_tar_gives_what_came_before_and_the_place(tar):
    tar.write_bytes(tar.read_bytes()[:30_000])
    _, members, intake = members_of(tar)
    assert 0 < len(members) < 48
    assert len(intake.problems) == 1 and "cut at byte" in intake.problems[0]
    assert intake.inputs[0].size == tar.stat().st_size


def test_tar_cut_between_two_members_is_noticed(tmp_path):
    path = own_tar(tmp_path / "globe_history_2050-06-01.tar", ("./heatmap/00.bin.ttf", b"x" * 512),
                   ("./heatmap/01.bin.ttf", b"y" * 512))  # fmt: skip
    path.write_bytes(path.read_bytes()[:1024])
    _, members, intake = members_of(path)
    assert [each.key for each in members] == ["00"]
    assert "no end mark" in intake.problems[0]


def test_damaged_header_ends_the_tar_with_its_place(tmp_path):
    path = own_tar(tmp_path / "globe_history_2050-06-01.tar", ("./heatmap/00.bin.ttf", b"x" * 512),
                   ("./heatmap/01.bin.ttf", b"y" * 512))  # fmt: skip
    data = bytearray(path.read_bytes())
    data[1024:1100] = b"\xff" * 76
    path.write_bytes(data)
    _, members, intake = members_of(path)
    assert [each.key for each in members] == ["00"]
    assert "damaged at byte 1,024" in intake.problems[0]


def test_missing_middle_part_ends_the_reading_there(tar):
    parts = split(tar, 9_000)
    parts[2].unlink()
    day, _, intake = members_of(parts[0])
    assert day.paths == tuple(parts[:2])
    assert "Part ac" in day.problem and "cut at byte" in intake.problems[0]


def test_missing_first_part_leaves_nothing_to_read(tar):
    parts = split(tar, 9_000)
    parts[0].unlink()
    day, members, intake = members_of(parts[1])
    assert "Part aa" in day.problem and not members and intake.problems


def test_tar_beside_its_own_parts_is_read_once(tar):
    data = tar.read_bytes()
    split(tar, 9_000)
    tar.write_bytes(data)
    day, members, intake = members_of(tar.parent / tar.name)
    assert day.paths == (tar,) and len(members) == 48 and len(intake.inputs) == 1
    assert "in the same folder as its parts" in day.problem


def test_short_tar_beside_longer_parts_is_left(tar):
    data = tar.read_bytes()
    parts = split(tar, 9_000)
    tar.write_bytes(data[:5_000])
    day, members, _ = members_of(tar)
    assert day.paths == tuple(parts) and len(members) == 48
    assert "smaller than its parts" in day.problem


@pytest.mark.parametrize(
    "name",
    ["../heatmap/00.bin.ttf", "/heatmap/00.bin.ttf", "./a/../../heatmap/00.bin.ttf",
     "C:/heatmap/00.bin.ttf", "a\\..\\b/heatmap/00.bin.ttf", "heatmap/../../00.bin.ttf"],
)  # fmt: skip
def test_names_that_lead_out_are_refused_and_counted(tmp_path, name):
    path = own_tar(tmp_path / "globe_history_2050-06-01.tar", (name, b"x"),
                   ("./heatmap/01.bin.ttf", b"y"))  # fmt: skip
    _, members, intake = members_of(path)
    assert [each.key for each in members] == ["01"]
    assert sum(intake.refused.values()) == 1 and repr(name) in intake.refusals()[0]


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_are_refused_and_counted(tmp_path, kind):
    odd = special("./heatmap/00.bin.ttf", kind, "/etc/passwd")
    path = own_tar(tmp_path / "globe_history_2050-06-01.tar", odd, ("./heatmap/01.bin.ttf", b"y"))
    _, members, intake = members_of(path)
    assert [each.key for each in members] == ["01"]
    assert intake.refused == Counter({"a link, device or other thing that is no plain file": 1})
    assert intake.lost == 1


def test_absurdly_large_members_are_passed_over(tmp_path, monkeypatch):
    small = tuple((kind, pattern, 1000) for kind, pattern, _ in members_module._NAMES)
    monkeypatch.setattr(members_module, "_NAMES", small)
    bodies = ("./heatmap/00.bin.ttf", b"x" * 1001), ("./heatmap/01.bin.ttf", b"y")
    _, found, intake = members_of(own_tar(tmp_path / "globe_history_2050-06-01.tar", *bodies))
    assert [each.key for each in found] == ["01"] and intake.lost == 1


def test_header_that_claims_more_than_the_tar_holds_is_a_cut(tmp_path):
    info = tarfile.TarInfo("./README.txt")
    info.size = 1 << 50
    path = tmp_path / "globe_history_2050-06-01.tar"
    path.write_bytes(info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 2048)
    _, members, intake = members_of(path)
    assert not members and "inside a member" in intake.problems[0]


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
def test_long_names_of_every_tar_dialect(tmp_path, form):
    name = f"./{'a' * 90}/{'b' * 60}/heatmap/05.bin.ttf"
    path = tmp_path / "globe_history_2050-06-01.tar"
    with tarfile.open(path, "w", format=form) as tar:
        info = tarfile.TarInfo(name)
        info.size, info.mtime = 3, 1.5 if form == tarfile.PAX_FORMAT else 1
        tar.addfile(info, io.BytesIO(b"abc"))
    _, members, intake = members_of(path)
    assert [(each.key, each.data) for each in members] == [("05", b"abc")]
    assert not intake.problems


def test_order_of_members_does_not_matter_to_what_is_found(tmp_path):
    names = [f"./heatmap/{n:02d}.bin.ttf" for n in (7, 3, 40)]
    path = own_tar(tmp_path / "globe_history_2050-06-01.tar", *((name, b"x") for name in names))
    assert {each.key for each in members_of(path)[1]} == {"07", "03", "40"}


@pytest.mark.parametrize("name", ["48.bin.ttf", "99.bin.ttf", "0.bin.ttf", "00.bin.ttf.part"])
def test_other_names_are_passed_over_in_silence(tmp_path, name):
    path = own_tar(tmp_path / "globe_history_2050-06-01.tar", (f"./heatmap/{name}", b"x"))
    _, members, intake = members_of(path)
    assert not members and not intake.refused


def test_day_of_a_tar_comes_from_either_style_of_name(tmp_path, tar):
    release = tmp_path / "v2050.06.01-planes-readsb-staging-0tmp.tar"
    tar.rename(release)
    (day,) = find_days(release, HEATMAP)
    assert (day.day, day.release_kind, day.dated_by_stamp) == (DAY, "staging-0tmp", False)


@pytest.mark.parametrize("kind", [HEATMAP, TRACE])
def test_day_of_a_nameless_tar_or_folder_comes_from_its_stamps(tmp_path, tar, day_folder, kind):
    (of_tar,) = find_days(tar.rename(tmp_path / "download.tar"), kind)
    (of_folder,) = find_days(day_folder.rename(tmp_path / "unpacked"), kind)
    assert of_tar.day == of_folder.day == DAY
    assert of_tar.dated_by_stamp and of_folder.dated_by_stamp


def test_single_files_stand_for_their_day(day_folder):
    trace = next(day_folder.glob("traces/*/*.json"))
    for path in (trace, day_folder / "heatmap" / "27.bin.ttf"):
        day, members, intake = members_of(path)
        assert day.day == DAY and len(members) == len(intake.inputs) == 1


def test_folder_of_several_tars_gives_one_day_each(tmp_path, ten_flights, day_folder):
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    for name in ("globe_history_2050-06-01", "globe_history_2050-06-02"):
        write_tar(downloads / f"{name}.tar", day_folder)
    found = find_days(downloads, HEATMAP)
    assert [each.day.day for each in found] == [1, 2]


def test_of_two_inputs_for_one_day_the_larger_is_read_and_the_other_named(tmp_path, day_folder):
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    whole = write_tar(downloads / "v2050.06.01-planes-readsb-prod-0.tar", day_folder)
    small = own_tar(downloads / "v2050.06.01-planes-readsb-staging-0.tar", ("./LICENSE", b"x"))
    big = downloads / "v2050.06.01-planes-readsb-mlatonly-0.tar"
    big.write_bytes(whole.read_bytes() + b"\0" * 10_240)
    (day,) = find_days(downloads, HEATMAP)
    assert day.paths == (whole,)
    assert small.name in day.problem and big.name in day.problem


@pytest.mark.parametrize("make", [Path.mkdir, lambda p: p.write_text("x"), lambda p: None])
def test_what_is_no_archive_is_refused_with_what_to_give(tmp_path, make):
    path = tmp_path / "nothing"
    make(path)
    with pytest.raises(InvalidInput, match="nothing"):
        find_days(path, HEATMAP)


def test_links_and_pipes_in_a_folder_are_refused(day_folder):
    heatmaps = day_folder / "heatmap"
    for name in ("00", "01"):
        (heatmaps / f"{name}.bin.ttf").unlink()
    (heatmaps / "00.bin.ttf").symlink_to("/etc/passwd")
    os.mkfifo(heatmaps / "01.bin.ttf")
    _, members, intake = members_of(day_folder)
    assert len(members) == 46 and intake.lost == 2


def test_tar_that_cannot_be_opened_is_unavailable(tar):
    (day,) = find_days(tar, HEATMAP)
    tar.unlink()
    with pytest.raises(SourceUnavailable, match="cannot be read"):
        list(day.read_members(HEATMAP, Intake()))


def test_compressed_tar_is_no_tar_and_says_so(tmp_path, tar):
    path = tmp_path / "globe_history_2050-06-02.tar"
    path.write_bytes(gzip.compress(tar.read_bytes()))
    _, members, intake = members_of(path)
    assert not members and "damaged at byte 0" in intake.problems[0]
