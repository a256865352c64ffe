"""Writes a day of positions as readsb writes its `globe_history`."""

import io
import tarfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np

from flights.records import format_icao24
from flights.sources.simulated.readsb.heatmap_bytes import HALF_HOUR_MS, encode_heatmap
from flights.sources.simulated.readsb.trace_bytes import encode_trace, midnight_ms

__all__ = ["encode_heatmap", "encode_trace", "write_day", "write_heatmaps", "write_tar"]

HALF_HOURS = 48


class AirframeFacts(Protocol):
    """The fields of one airframe in the aircraft database."""

    registration: str | None
    typecode: str | None
    model: str | None
    owner: str | None


def write_day(
    folder: Path,
    positions: np.ndarray,
    *,
    day: date,
    airframes: Mapping[str, AirframeFacts] | None = None,
    interval_ms: int = 30_000,
) -> Path:
    """Write heatmaps and traces of `day` to `folder`/YYYY/MM/DD; returns that folder.

    Positions of other days are left out. `airframes` maps icao24 (text) to its fields.
    """
    day_folder = folder / f"{day:%Y/%m/%d}"
    write_heatmaps(day_folder, positions, day=day, interval_ms=interval_ms)
    write_traces(day_folder, positions, day=day, airframes=airframes or {})
    return day_folder


def write_heatmaps(
    day_folder: Path, positions: np.ndarray, *, day: date, interval_ms: int = 30_000, level: int = 9
) -> None:
    """Write the 48 heatmap files of `day`, also those without any position."""
    (day_folder / "heatmap").mkdir(parents=True, exist_ok=True)
    ordered = positions[np.argsort(positions["seen_at"], kind="stable")]
    starts = midnight_ms(day) + HALF_HOUR_MS * np.arange(HALF_HOURS + 1)
    edges = np.searchsorted(ordered["seen_at"], starts)
    for number in range(HALF_HOURS):
        data = encode_heatmap(
            ordered[edges[number] : edges[number + 1]],
            half_hour_start_ms=int(starts[number]),
            interval_ms=interval_ms,
            level=level,
        )
        (day_folder / "heatmap" / f"{number:02d}.bin.ttf").write_bytes(data)


def write_traces(
    day_folder: Path, positions: np.ndarray, *, day: date, airframes: Mapping[str, AirframeFacts]
) -> None:
    """Write one trace file per airframe of `day`; all 256 folders are created, as readsb does."""
    for number in range(256):
        (day_folder / "traces" / f"{number:02x}").mkdir(parents=True, exist_ok=True)
    offset = positions["seen_at"] - midnight_ms(day)
    inside = positions[(offset >= 0) & (offset < HALF_HOURS * HALF_HOUR_MS)]
    inside = inside[np.lexsort((inside["seen_at"], inside["icao24"]))]
    changes = np.flatnonzero(np.diff(inside["icao24"])) + 1
    for one in np.split(inside, changes) if len(inside) else []:
        icao24 = format_icao24(int(one["icao24"][0]))
        known = airframes.get(icao24)
        facts = {name: getattr(known, name) for name in AirframeFacts.__annotations__ if known}
        path = day_folder / "traces" / icao24[-2:] / f"trace_full_{icao24}.json"
        path.write_bytes(encode_trace(one, day=day, **facts))


def write_tar(path: Path, day_folder: Path) -> Path:
    """Write `day_folder` as a release tar: member names begin with `./`, LICENSE at the root."""
    with tarfile.open(path, "w") as tar:
        for name in ("./LICENSE", "./README.txt"):
            tar.addfile(_member(name, 10), io.BytesIO(b"SIMULATED\n"))
        for each in sorted(day_folder.rglob("*")):
            info = _member(f"./{each.relative_to(day_folder).as_posix()}", 0)
            if each.is_dir():
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(info)
            else:
                info.size = each.stat().st_size
                with each.open("rb") as data:
                    tar.addfile(info, data)
    return path


def _member(name: str, size: int) -> tarfile.TarInfo:
    """A tar member without owner and time, so that equal input gives equal bytes."""
    info = tarfile.TarInfo(name)
    info.size = size
    return info
