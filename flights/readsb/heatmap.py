"""readsb heatmaps (`heatmap/00..47.bin.ttf`): half an hour of all aircraft, one array.

A little-endian array of 16-byte records: an index of the slices, then per slice a header and
its records, each of them a position or a note of callsign and squawk.

References
----------
readsb, `globe_index.c` (handleHeatmap): https://github.com/wiedehopf/readsb
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flights.errors import BadPayload
from flights.readsb.callsign_bytes import LastCallsigns, clean_callsigns
from flights.readsb.tar.gunzip import read_payload
from flights.records import NON_ICAO, POSITION, RECEIVED

RECORD = np.dtype(
    {
        # `text` lies over lon, alt and gs: the eight bytes of a callsign in a note.
        "names": ["hex", "lat", "lon", "alt", "gs", "text"],
        "formats": ["<i4", "<i4", "<i4", "<i2", "<i2", "<u8"],
        "offsets": [0, 4, 8, 12, 14, 8],
        "itemsize": 16,
    }
)
SLICE_MAGIC = 0x0E7F7C9D
NOTE = 1 << 30
"""From this `lat` on, compared as a SIGNED number, a record is a note and no position."""
ON_GROUND = -123
UNKNOWN_ALTITUDE = -124
ALTITUDE_STEP_FT = 25
ADDRESS = 0xFFFFFF | NON_ICAO
_OTHERS = [RECEIVED.index("other")] * (32 - len(RECEIVED))
_KIND = np.repeat([*range(len(RECEIVED)), *_OTHERS], 8).astype(np.uint8)
"""`received` by the highest byte of an address word; its upper five bits are the kind."""
_BLOCK = 32_768
MOST_SLICES = 3600
"""Half an hour in steps of half a second; readsb writes 30 to 360."""
LIMIT_BYTES = 96 << 20
"""Unzipped; about twice the largest half hour of world traffic known (25 MB as gzip)."""


@dataclass(frozen=True)
class HeatmapPositions:
    """Positions of one file in its own order (time order), and the problems found.

    `slices` were found of `slices_announced`; `starts_at` is the time of the first one [ms
    since 1970, UTC]. `invalid` records had no place on Earth and were left out. `problem` is
    a sentence, "" when the file is whole.
    """

    name: str
    positions: np.ndarray
    interval_ms: int
    slices: int
    slices_announced: int
    starts_at: int
    invalid: int
    problem: str


def read_heatmap(data: bytes, name: str) -> HeatmapPositions:
    """Positions of one heatmap file, gzip or plain.

    `seen_at` is the start of the slice that contains the position. It was heard up to one interval
    later (usually 10 s or 30 s; 60 s exists): that is the blur of all heatmap times.

    A callsign applies to the positions of its aircraft that follow it in file order, in any
    slice: readsb advances an aircraft's slice only with a position, so after a silence the note
    is several slices too early. Before the first note the callsign is unknown.

    Raises
    ------
    BadPayload
        The bytes are no heatmap, or were cut before the first slice.
    """
    plain, problem = read_payload(data, name, limit=LIMIT_BYTES)
    whole = len(plain) // RECORD.itemsize
    records = np.frombuffer(plain, RECORD, count=whole)
    if len(plain) % RECORD.itemsize and not problem:
        problem = f"{name} ends inside a record; the whole ones were read."
    headers = np.flatnonzero(records["hex"] == SLICE_MAGIC)
    announced = _read_index(records, headers, name)
    if len(headers) < announced and not problem:
        problem = f"{name} contains {len(headers)} of {announced} slices."
    stamps = _slice_times(records[headers])
    positions, invalid = _decode(records, headers, stamps)
    return HeatmapPositions(
        name=name,
        positions=positions,
        interval_ms=_interval_ms(records[headers], stamps),
        slices=len(headers),
        slices_announced=announced,
        starts_at=int(stamps[0]),
        invalid=invalid,
        problem=problem,
    )


def _read_index(records: np.ndarray, headers: NDArray[np.intp], name: str) -> int:
    """Number of slices the index announces: record 0 points at the first header, behind it."""
    if not len(headers):
        raise BadPayload(
            f"{name} is not a readsb heatmap, or is cut before its first slice: "
            f"no slice header in {len(records):,} records."
        )
    if len(headers) > MOST_SLICES:
        raise BadPayload(f"{name} has {len(headers):,} slices; no half hour has so many.")
    announced = int(records["hex"][0])
    if (records["lat"][headers] >= NOTE).any():
        raise BadPayload(f"{name} is not a readsb heatmap: a slice header contains no time.")
    if announced != headers[0]:
        raise BadPayload(
            f"{name} is not a readsb heatmap: its index says the first slice is record "
            f"{announced:,}, but it is record {headers[0]:,}."
        )
    return announced


def _slice_times(headers: np.ndarray) -> NDArray[np.int64]:
    """Start of each slice [ms]; both halves are unsigned though stored as signed."""
    high = headers["lat"].astype(np.uint32).astype(np.int64)
    return (high << 32) | headers["lon"].astype(np.uint32)


def _interval_ms(headers: np.ndarray, stamps: NDArray[np.int64]) -> int:
    """Length of a slice [ms]: between headers where there are two, else as the header says."""
    if len(stamps) > 1:
        return int(np.median(np.diff(stamps)))
    return int(headers["alt"].astype(np.uint16)[0])


def _decode(
    records: np.ndarray, headers: NDArray[np.intp], stamps: NDArray[np.int64]
) -> tuple[np.ndarray, int]:
    """Positions in file order, and how many records were no place on Earth and left out.

    Some slices at a time, as many as fit the processor's cache: over the whole file the same
    takes twice as long, most of it waiting for memory.
    """
    notes = np.flatnonzero(records["lat"][headers[0] :] >= NOTE) + headers[0]
    called = LastCallsigns(
        notes, records["hex"][notes] & ADDRESS, clean_callsigns(records["text"][notes])
    )
    tables = _altitude_table(), _speed_table()
    positions = np.empty(len(records) - int(headers[0]) - len(headers) - len(notes), POSITION)
    filled = 0
    for first, last in _blocks(headers, len(records)):
        starts, ends = headers[first:last], [*headers[first + 1 : last].tolist()]
        begin, end = int(starts[0]), int(headers[last]) if last < len(headers) else len(records)
        body = records[begin:end]
        usable = _on_earth(body)
        usable[starts - begin] = False
        found = np.flatnonzero(usable)
        out, kept = positions[filled : filled + len(found)], body[found]
        _fill(out, kept, tables)
        found += begin
        in_slice = np.diff(np.searchsorted(found, starts), append=len(found))
        out["seen_at"] = np.repeat(stamps[first:last], in_slice)
        out["callsign"] = called.walk(kept["hex"] & ADDRESS, found, [*ends, end])
        filled += len(found)
    return positions[:filled], len(positions) - filled


def _blocks(headers: NDArray[np.intp], end: int) -> Iterator[tuple[int, int]]:
    """First and last (exclusive) slice of stretches of about `_BLOCK` records."""
    bounds = [*headers.tolist(), end]
    first = 0
    for number in range(1, len(bounds)):
        if bounds[number] - bounds[first] >= _BLOCK or number == len(headers):
            yield first, number
            first = number


def _on_earth(body: np.ndarray) -> NDArray[np.bool_]:
    """True for positions with a place on Earth; a note's `lat` is far off it."""
    # Shifted to begin at 0 and read unsigned, one comparison sees both ends.
    lat = (body["lat"] + np.int32(90_000_000)).view("<u4")
    lon = (body["lon"] + np.int32(180_000_000)).view("<u4")
    return (lat <= 180_000_000) & (lon <= 360_000_000)


def _fill(out: np.ndarray, kept: np.ndarray, tables: tuple[NDArray[Any], NDArray[Any]]) -> None:
    """All columns of positions but time and callsign."""
    word, steps = kept["hex"].view("<u4"), kept["alt"]
    out["icao24"] = word & np.uint32(ADDRESS)
    out["latitude"] = kept["lat"] / 1e6
    out["longitude"] = kept["lon"] / 1e6
    out["altitude_ft"] = np.take(tables[0], steps, mode="wrap")
    out["speed_kt"] = np.take(tables[1], kept["gs"], mode="wrap")
    out["on_ground"] = steps == ON_GROUND
    top_byte = kept.view(np.uint8).reshape(-1, RECORD.itemsize)[:, 3]
    out["received"] = np.take(_KIND, top_byte, mode="wrap")


def _altitude_table() -> NDArray[np.float32]:
    """Height [ft] of each 16-bit number, negative ones from the end as Python counts.

    A look-up is quicker than scaling and masking, and cannot overflow: int16 * 25 would, above
    32,767 ft, without a word. `wrap` spares numpy the check of bounds that all 16 bits keep.
    """
    table = np.arange(1 << 16, dtype=np.uint16).view(np.int16).astype(np.float32)
    table *= ALTITUDE_STEP_FT
    table[[ON_GROUND, UNKNOWN_ALTITUDE]] = np.nan
    return table


def _speed_table() -> NDArray[np.float32]:
    """Speed [kt] of each 16-bit number; negative ones mean unknown."""
    table = np.arange(1 << 16, dtype=np.uint16).view(np.int16).astype(np.float32)
    table /= np.float32(10)
    table[table < 0] = np.nan
    return table
