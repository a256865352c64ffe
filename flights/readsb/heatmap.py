"""readsb heatmaps (`heatmap/00..47.bin.ttf`): half an hour of all aircraft, one array.

A little-endian array of 16-byte records: an index of the slices, then per slice a header and
its records, each of them a position or a note of callsign and squawk.

References
----------
readsb, `globe_index.c` (handleHeatmap): https://github.com/wiedehopf/readsb
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flights.errors import BadPayload
from flights.readsb.callsigns import clean_callsigns
from flights.readsb.payload import read_payload
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
LIMIT_BYTES = 128 << 20
"""More than five times the largest half hour of world traffic known (25 MB)."""


@dataclass(frozen=True)
class HeatmapPositions:
    """Positions of one file, sorted by (icao24, seen_at), and what was noticed on the way.

    `slices` were found of `slices_announced`; `starts_at` is the time of the first one [ms
    since 1970, UTC]. `invalid` records held no place on Earth and were left out. `problem` is
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

    `seen_at` is the start of the slice a position lies in. It was heard up to one interval
    later (usually 10 s or 30 s; 60 s exists): that is the blur of all heatmap times.

    A callsign holds for the positions of its aircraft that follow it in file order, whatever
    slice it lies in: readsb moves an aircraft's slice on only with a position, so after a
    silence the note stands slices too early. Before the first note the callsign is unknown.

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
        problem = f"{name} holds {len(headers)} of {announced} slices."
    stamps = _slice_times(records[headers])
    positions = _decode(records, headers, stamps)
    usable = _on_earth(positions)
    invalid = len(positions) - int(np.count_nonzero(usable))
    return HeatmapPositions(
        name=name,
        positions=positions[usable] if invalid else positions,
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
    announced = int(records["hex"][0])
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
) -> np.ndarray:
    """All positions, sorted by address and, within it, by file order (= time)."""
    first = headers[0]
    address = (records["hex"][first:] & ADDRESS).astype(np.uint32)
    order = _file_order_per_aircraft(address)
    # A header is no position: it is taken out after sorting, which costs no extra pass.
    slice_of = np.repeat(
        np.arange(len(headers), dtype=np.int32), np.diff(headers, append=len(records))
    )
    body = records[first:][order]
    is_note = body["lat"] >= NOTE
    is_position = ~is_note
    is_position &= body["hex"] != SLICE_MAGIC
    found = np.flatnonzero(is_position)
    positions = _convert(body[found])
    positions["seen_at"] = stamps[slice_of[order[found]]]
    positions["callsign"] = _callsigns(body, is_note, found, address[order])
    return positions


def _file_order_per_aircraft(address: NDArray[np.uint32]) -> NDArray[np.intp]:
    """Stable order by address: two radix sorts of 16 bits, twice as fast as one sort of 32."""
    low = np.argsort(address.astype(np.uint16), kind="stable")
    high = (address >> 16).astype(np.uint16)
    return low[np.argsort(high[low], kind="stable")]


def _convert(body: np.ndarray) -> np.ndarray:
    """Positions from records, but for time and callsign."""
    positions = np.empty(len(body), POSITION)
    positions["icao24"] = body["hex"] & ADDRESS
    positions["latitude"] = body["lat"] / 1e6
    positions["longitude"] = body["lon"] / 1e6
    steps = body["alt"]
    on_ground = steps == ON_GROUND
    # int16 * 25 would overflow above 32,767 ft without a word, hence float first.
    altitude = steps.astype(np.float32) * ALTITUDE_STEP_FT
    altitude[on_ground | (steps == UNKNOWN_ALTITUDE)] = np.nan
    positions["altitude_ft"] = altitude
    positions["on_ground"] = on_ground
    speed = body["gs"].astype(np.float32) / np.float32(10)
    speed[body["gs"] < 0] = np.nan
    positions["speed_kt"] = speed
    kind = (body["hex"] >> 27).astype(np.uint8) & 31
    kind[kind >= len(RECEIVED)] = RECEIVED.index("other")
    positions["received"] = kind
    return positions


def _callsigns(
    body: np.ndarray,
    is_note: NDArray[np.bool_],
    found: NDArray[np.intp],
    address: NDArray[np.uint32],
) -> np.ndarray:
    """For each record in `found` the text of the last note of the same aircraft before it."""
    notes = np.flatnonzero(is_note)
    texts = np.concatenate([clean_callsigns(body["text"][notes]), np.zeros(1, "S8")])
    owners = np.append(address[notes], np.uint32(0xFFFFFFFF))
    # Notes seen so far, minus one, is the last note; -1 falls on the empty one at the end.
    last = (np.cumsum(is_note, dtype=np.int32) - 1)[found]
    return np.where(owners[last] == address[found], texts[last], b"")


def _on_earth(positions: np.ndarray) -> NDArray[np.bool_]:
    return (np.abs(positions["latitude"]) <= 90) & (np.abs(positions["longitude"]) <= 180)
