"""The simulated receiver network: places of the receivers and their range.

Receivers are at real airports. A hash chooses them, so that every machine gets the same ones:
many in Europe, fewer elsewhere, almost none in Central Asia, Iran and on oceans. One group is
switched on in the middle of the year.
"""

import zlib
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flights.reference.airports import load_airports
from flights.reference.earth import EARTH_RADIUS_KM
from flights.sources.simulated.world.network import PASSENGER_WEIGHT

SWITCHED_ON = date(2050, 8, 16)
"""Day from which the receivers of `LATE_COUNTRIES` run without pause."""

LATE_COUNTRIES = ("KZ", "UZ", "KG")
EARLY_SHARE = 0.3
"""Before that day, the share of flights during which these receivers run."""

DEAF_COUNTRIES = ("TM", "IR", "AF", "RU", "MN", "TJ")

# Share of a country's airports with a receiver, invented; `ELSEWHERE` for other countries.
DENSITY = {
    **dict.fromkeys(("DE", "FR", "GB", "NL", "BE", "LU", "CH", "AT", "DK", "CZ"), 0.7),
    **dict.fromkeys(("ES", "IT", "PL", "SE", "NO", "FI", "PT", "IE", "HU", "RO", "GR", "BG"), 0.5),
    **dict.fromkeys(("HR", "RS", "SK", "SI", "LT", "LV", "EE", "TR", "IS", "GE", "UA"), 0.35),
    **dict.fromkeys(("US", "CA", "JP", "KR", "TW", "AU", "NZ"), 0.3),
    **dict.fromkeys(("AE", "QA", "BH", "IL", "SG", "HK", "TH", "MY"), 0.6),
    **dict.fromkeys(LATE_COUNTRIES, 0.8),
}
ELSEWHERE = 0.12
WESTERN_CHINA_DEG = 103.0  # no receivers in China west of this meridian

OUT_OF_TOWN = ("HAAB", "DNMM", "SAEZ", "VABB", "OPKC", "OEJN", "ZUUU", "YSSY", "MMMX", "UBBB")
"""Airports whose receiver is so far away that it hears only aircraft above some altitude."""

TOWN_DEG, OUT_OF_TOWN_DEG = 0.03, 0.4  # distance of the receiver, north of the airport

RANGE_CAP_KM = 380.0
HORIZON_KM = 4.12  # radio horizon [km] per square root of the height [m]
MAST_M = 20.0
FOOT_M = 0.3048

STATES = ("late receivers off", "late receivers on")


@dataclass(frozen=True)
class Receivers:
    """Places of the receivers; `late` marks those switched on in the middle of the year."""

    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    late: NDArray[np.bool_]

    def thin(self, share: float, seed: int = 0) -> "Receivers":
        """The same network with only `share` of its receivers, chosen by `seed`."""
        kept = np.random.default_rng(seed).random(len(self.late)) < share
        return Receivers(self.latitude[kept], self.longitude[kept], self.late[kept])

    def range_share(
        self, latitude: np.ndarray, longitude: np.ndarray, height_ft: np.ndarray, *, state: int
    ) -> np.ndarray:
        """Distance to the nearest running receiver as a share of its range.

        A flight is heard where this is at most its own `reach`. `height_ft` is above the
        ground; the radio horizon is that of flat land. `state`: index of `STATES`.
        """
        metres = np.maximum(height_ft, 0) * FOOT_M
        range_km = np.minimum(HORIZON_KM * (np.sqrt(metres) + np.sqrt(MAST_M)), RANGE_CAP_KM)
        running = ~self.late if state == 0 else np.ones(len(self.late), bool)
        result: np.ndarray = self._nearest_km(running, latitude, longitude) / range_km
        return result

    def _nearest_km(
        self, running: np.ndarray, latitude: np.ndarray, longitude: np.ndarray
    ) -> np.ndarray:
        from scipy.spatial import cKDTree

        if not running.any():
            return np.full(len(latitude), np.inf)
        tree = cKDTree(_unit(self.latitude[running], self.longitude[running]))
        chord, _ = tree.query(_unit(latitude, longitude), distance_upper_bound=0.1)
        result: np.ndarray = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(chord / 2, 1))
        return result


def load_receivers() -> Receivers:
    """All receivers of the simulated world."""
    airports = load_airports()
    chosen = airports[_has_receiver(airports)]
    north = np.where(chosen.index.isin(OUT_OF_TOWN), OUT_OF_TOWN_DEG, TOWN_DEG)
    return Receivers(
        chosen["latitude"].to_numpy(float) + north,
        chosen["longitude"].to_numpy(float),
        chosen["country"].isin(LATE_COUNTRIES).to_numpy(),
    )


def _has_receiver(airports: pd.DataFrame) -> np.ndarray:
    country = airports["country"]
    share = country.map(DENSITY).fillna(ELSEWHERE).to_numpy(float)
    served = (airports["iata"].fillna("") != "").to_numpy()
    drawn = np.array([zlib.crc32(code.encode()) / 2**32 for code in airports.index])
    home = airports.index.isin(list(PASSENGER_WEIGHT))
    chosen = served & ((drawn < share) | home)
    far_west = (country == "CN") & (airports["longitude"] < WESTERN_CHINA_DEG)
    result: np.ndarray = chosen & ~country.isin(DEAF_COUNTRIES).to_numpy() & ~far_west.to_numpy()
    return result


def _unit(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    """Points on the unit sphere, shape (n, 3)."""
    lat, lon = np.radians(latitude), np.radians(longitude)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
