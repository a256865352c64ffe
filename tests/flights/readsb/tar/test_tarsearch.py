"""A folder is found in a large tar by reading little of it."""

import io
import random
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_tars import ORDERS, make_folders, tar_in_order, tar_of

from flights.readsb.tar.search import TarSearch
from flights.readsb.tar.stream import TarDamaged

WINDOW = 8 << 10


class Counting:
    """A tar that counts what is read of it."""

    def __init__(self, data: bytes) -> None:
        self.data, self.bytes, self.requests = data, 0, 0

    def fetch(self, start: int, stop: int) -> bytes:
        self.requests += 1
        self.bytes += stop - start
        return self.data[start:stop]


def search(
    data: bytes, folder: str = "heatmap", window: int = WINDOW
) -> tuple[int | None, Counting]:
    tar = Counting(data)
    wanted = f"./{folder}/"
    found = TarSearch(tar.fetch, len(data), window, lambda name: name.startswith(wanted))
    return found.find_start(), tar


def true_start(data: bytes, folder: str = "heatmap") -> int:
    """Where the first header of a folder's files stands."""
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return min(each.offset for each in tar if each.name.startswith(f"./{folder}/"))


@pytest.mark.parametrize("order", ORDERS)
def test_heatmaps_are_found_in_any_order_of_folders(order: str) -> None:
    data = tar_in_order(make_folders(), ORDERS[order])
    start, tar = search(data)
    assert start == true_start(data)
    assert tar.requests < 40 and tar.bytes < 0.05 * len(data)


@settings(max_examples=25, deadline=None)
@given(
    st.permutations(["heatmap", "acas", "readme", "traces"]),
    st.integers(1, 1000),
    st.sampled_from([500, 4_000, 30_000]),
    st.sampled_from([300, 1_000, 2_500]),
)
def test_what_is_found_is_the_first_header_whatever_the_sizes(order, seed, heatmap, trace) -> None:
    folders = make_folders(heatmap_bytes=heatmap, trace_bytes=trace, traces=1, seed=seed)
    data = tar_in_order(folders, order, seed=seed)
    start, _ = search(data, window=6 << 10)
    # A small block among large traces may be passed over; a wrong place is never given.
    assert start in (None, true_start(data))
    if heatmap >= 4_000:
        assert start is not None


def test_pax_headers_belong_to_the_member_behind_them() -> None:
    folders = make_folders(traces=1)
    data = tar_of([folders["traces"], folders["heatmap"]], form=tarfile.PAX_FORMAT)
    assert search(data)[0] == true_start(data)


def test_tar_without_the_folder_gives_nothing() -> None:
    folders = make_folders(traces=2)
    start, tar = search(tar_of([folders["traces"], folders["acas"]]))
    assert start is None and tar.requests <= 121


@pytest.mark.parametrize("data", [b"\0" * 50_000, random.Random(3).randbytes(50_000), b"<html>"])
def test_what_is_no_tar_is_damaged_or_empty(data: bytes) -> None:
    try:
        assert search(data)[0] is None
    except TarDamaged as error:
        assert "at byte 0" in str(error)


def test_tar_without_its_beginning_is_damaged() -> None:
    data = tar_in_order(make_folders(traces=1), ORDERS["heatmaps last"])
    with pytest.raises(TarDamaged, match="byte 0"):
        search(data[300_100:])


def test_header_that_lies_about_its_size_ends_the_search() -> None:
    lie = tarfile.TarInfo("./README.txt")
    lie.size = 1 << 50
    start, tar = search(lie.tobuf(tarfile.GNU_FORMAT) + b"\0" * 100_000)
    assert start is None and tar.requests < 5


def test_header_with_a_size_below_zero_is_damage() -> None:
    block = bytearray(tarfile.TarInfo("./README.txt").tobuf(tarfile.GNU_FORMAT))
    block[124:136] = b"\xff" * 11 + b"\x00"
    block[148:156] = b"        "
    block[148:156] = b"%06o\0 " % sum(block)
    with pytest.raises(TarDamaged, match="damaged at byte 0"):
        search(bytes(block) + b"\0" * 10_000)
