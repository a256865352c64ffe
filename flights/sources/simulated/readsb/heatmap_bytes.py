"""Positions as the bytes of one readsb heatmap file (half an hour of all aircraft)."""

import zlib

import numpy as np

from flights.records import NON_ICAO

HALF_HOUR_MS = 1_800_000
MAGIC = 0x0E7F7C9D
INFO_BIT = 1 << 30
GROUND = -123
STEP_FT = 25
CALLSIGN_EVERY_MS = 60_000
CALLSIGN_EVERY_POINTS = 4
GZIP_FORMAT = 31  # zlib's number for a gzip header without name and time

RECORD = np.dtype([("hex", "<i4"), ("lat", "<i4"), ("lon", "<i4"), ("alt", "<i2"), ("gs", "<i2")])


def encode_heatmap(
    positions: np.ndarray, *, half_hour_start_ms: int, interval_ms: int = 30_000, level: int = 9
) -> bytes:
    """`positions` of that half hour as one gzip heatmap file; others are left out.

    As readsb 3.14 does it: the first position of an airframe in a slice is kept, and a callsign
    record is in the slice after the airframe's *previous* stored position, which may be half an
    hour earlier. Positions in the air without an altitude are skipped.

    Parameters
    ----------
    positions : array of `records.POSITION`, any order.
    half_hour_start_ms : ms since 1970, UTC; the half hour's end is exclusive.
    interval_ms : width of a slice [ms]; divides half an hour.
    level : gzip level; 9 is readsb's, lower is faster.
    """
    offset = positions["seen_at"] - half_hour_start_ms
    inside = positions[(offset >= 0) & (offset < HALF_HOUR_MS)]
    inside = inside[np.lexsort((inside["seen_at"], inside["icao24"]))]
    slices = (inside["seen_at"] - half_hour_start_ms) // interval_ms
    stored = _first_in_slice(inside, slices)
    info, info_slices = _callsign_records(inside, slices, stored)
    body, body_slices = _in_file_order(
        (info, info_slices), (_position_records(inside[stored]), slices[stored])
    )
    raw = _with_slices(body, body_slices, half_hour_start_ms, interval_ms)
    return zlib.compress(raw.tobytes(), level, wbits=GZIP_FORMAT)


def _first_in_slice(inside: np.ndarray, slices: np.ndarray) -> np.ndarray:
    """Mask of the first position with an altitude per airframe and slice."""
    has_altitude = np.flatnonzero(inside["on_ground"] | np.isfinite(inside["altitude_ft"]))
    key = inside["icao24"][has_altitude].astype(np.int64) << 32 | slices[has_altitude]
    first = np.concatenate([[True], key[1:] != key[:-1]]) if len(key) else np.zeros(0, bool)
    mask = np.zeros(len(inside), bool)
    mask[has_altitude[first]] = True
    return mask


def _position_records(kept: np.ndarray) -> np.ndarray:
    records = np.zeros(len(kept), RECORD)
    head = kept["icao24"] | kept["received"].astype(np.uint32) << np.uint32(27)
    records["hex"] = head.astype("<u4").view("<i4")
    records["lat"] = np.rint(kept["latitude"] * 1e6)
    records["lon"] = np.rint(kept["longitude"] * 1e6)
    feet = np.where(kept["on_ground"], 0.0, kept["altitude_ft"].astype(np.float64))
    records["alt"] = np.where(kept["on_ground"], GROUND, np.rint(feet / STEP_FT))
    speed = kept["speed_kt"].astype(np.float64)
    records["gs"] = np.where(np.isfinite(speed), np.rint(np.nan_to_num(speed) * 10), -1)
    return records


def _callsign_records(
    inside: np.ndarray, slices: np.ndarray, stored: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Callsign records and the slice of each.

    readsb checks every 4th position and writes a record on a change or once a minute.
    """
    chosen = _announced(inside)
    records = np.zeros(len(chosen), RECORD)
    address = inside["icao24"][chosen] & np.uint32(NON_ICAO | 0xFFFFFF)
    records["hex"] = address.astype("<i4")
    records["lat"] = INFO_BIT  # squawk 0: not known here
    padded = [text.ljust(8) for text in inside["callsign"][chosen].tolist()]
    records.view([("head", "V8"), ("callsign", "S8")])["callsign"] = padded
    return records, _slice_after_previous(inside, slices, stored)[chosen]


def _announced(inside: np.ndarray) -> np.ndarray:
    """Rows at which readsb would write a callsign record."""
    address, seen_at, callsign = (inside[n] for n in ("icao24", "seen_at", "callsign"))
    starts = _starts(address)
    candidates = np.flatnonzero((np.arange(len(inside)) - starts) % CALLSIGN_EVERY_POINTS == 0)
    chosen, last = [], -1
    for row in candidates.tolist():
        same = last >= 0 and address[last] == address[row] and callsign[last] == callsign[row]
        if not same or seen_at[row] - seen_at[last] >= CALLSIGN_EVERY_MS:
            chosen.append(row)
            last = row
    return np.array(chosen, np.int64)


def _starts(address: np.ndarray) -> np.ndarray:
    """Per row, the first row of its airframe (rows sorted by airframe)."""
    new = np.ones(len(address), bool)
    new[1:] = address[1:] != address[:-1]
    begins = np.flatnonzero(new)
    return np.repeat(begins, np.diff(np.append(begins, len(address))))


def _slice_after_previous(inside: np.ndarray, slices: np.ndarray, stored: np.ndarray) -> np.ndarray:
    """Per row, the slice after the airframe's previous stored position; 0 where there is none."""
    starts = _starts(inside["icao24"])
    rows = np.arange(len(inside))
    latest = np.maximum.accumulate(np.where(stored, rows, -1))
    previous = np.concatenate([[-1], latest[:-1]]) if len(rows) else latest
    counter = np.where(previous >= starts, slices[previous] + 1, 0)
    result: np.ndarray = np.minimum(counter, slices)
    return result


def _in_file_order(
    info: tuple[np.ndarray, np.ndarray], stored: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Both kinds of record by slice, then by a hash of the address; callsigns come first."""
    records = np.concatenate([info[0], stored[0]])
    slices = np.concatenate([info[1], stored[1]])
    kind = np.repeat([0, 1], [len(info[0]), len(stored[0])])
    address = records["hex"].view("<u4") & np.uint32(NON_ICAO | 0xFFFFFF)
    scattered = address * np.uint32(2_654_435_761)  # readsb walks a hash table
    order = np.lexsort((kind, scattered, slices))
    return records[order], slices[order]


def _with_slices(
    body: np.ndarray, body_slices: np.ndarray, start_ms: int, interval_ms: int
) -> np.ndarray:
    """The whole file: the index, then each slice header followed by its records."""
    count = HALF_HOUR_MS // interval_ms
    counts = np.bincount(body_slices, minlength=count)
    headers_at = count + np.arange(count) + np.concatenate([[0], np.cumsum(counts)[:-1]])
    out = np.zeros(2 * count + len(body), RECORD)
    out["hex"][:count] = headers_at
    times = start_ms + interval_ms * np.arange(count, dtype=np.int64)
    out["hex"][headers_at] = MAGIC
    out["lat"][headers_at] = times >> 32
    out["lon"][headers_at] = (times & 0xFFFFFFFF).astype("<u4").view("<i4")
    out["alt"][headers_at] = np.uint16(interval_ms).view("<i2")
    is_body = np.ones(len(out), bool)
    is_body[:count] = False
    is_body[headers_at] = False
    out[is_body] = body
    return out
