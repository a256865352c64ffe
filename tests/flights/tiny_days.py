"""Archive days small enough to pull by the dozen: a few aircraft in 48 heatmaps."""

import io
import tarfile
from datetime import UTC, date, datetime

import numpy as np

from flights.records import POSITION
from flights.sources.simulated.readsb.encode import HALF_HOURS, encode_heatmap
from flights.sources.simulated.readsb.heatmap_bytes import HALF_HOUR_MS

EVERY_S = 600


def tiny_positions(day: date, aircraft: int = 3) -> np.ndarray:
    """Aircraft that cross the day at some distance from each other."""
    steps = 86_400 // EVERY_S
    made = np.zeros((aircraft, steps), POSITION)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    made["icao24"] = (0x400000 + 256 * np.arange(aircraft))[:, None]
    made["seen_at"] = int(midnight.timestamp()) * 1000 + np.arange(steps) * EVERY_S * 1000 + 5000
    made["latitude"] = np.linspace(-50, 50, steps) + day.toordinal() % 7
    made["longitude"] = np.arange(aircraft)[:, None] * 10
    made["altitude_ft"] = 35_000
    made["speed_kt"] = 300
    made["callsign"] = b"QQA1"
    return made.reshape(-1)


def tiny_tar(day: date, aircraft: int = 3) -> bytes:
    """The day's heatmaps as the tar of a release."""
    positions = tiny_positions(day, aircraft)
    start = int(positions["seen_at"].min()) - 5000
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("./LICENSE"))
        for number in range(HALF_HOURS):
            data = encode_heatmap(
                positions,
                half_hour_start_ms=start + number * HALF_HOUR_MS,
                interval_ms=60_000,
                level=1,
            )
            info = tarfile.TarInfo(f"./heatmap/{number:02d}.bin.ttf")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()
