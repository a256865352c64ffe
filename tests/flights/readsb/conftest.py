"""Positions to write and read back."""

from datetime import UTC, datetime

import numpy as np
import pytest

from flights.records import POSITION

HALF_PAST_ONE = int(datetime(2050, 6, 1, 13, 30, tzinfo=UTC).timestamp()) * 1000


@pytest.fixture
def ten_flights() -> np.ndarray:
    """Half an hour of ten aircraft, a position every 10 s, one of them on the ground."""
    random = np.random.default_rng(5)
    positions = np.zeros((10, 180), POSITION)
    positions["icao24"] = np.sort(random.choice(1 << 24, 10, replace=False))[:, None]
    positions["seen_at"] = HALF_PAST_ONE + np.arange(180) * 10_000 + random.integers(0, 999)
    positions["latitude"] = np.round(random.uniform(-80, 80, (10, 180)), 6)
    positions["longitude"] = np.round(random.uniform(-180, 180, (10, 180)), 6)
    positions["altitude_ft"] = random.integers(0, 1800, (10, 180)) * 25
    positions["speed_kt"] = np.round(random.uniform(0, 600, (10, 180)), 1)
    positions["on_ground"][3] = True
    positions["altitude_ft"][3] = np.nan
    positions["received"] = random.integers(0, 13, (10, 1))
    positions["callsign"] = np.array([b"SIM%d" % number for number in range(10)])[:, None]
    return positions.reshape(-1)
