"""The timetable: rotations with rates, weekdays and seasons, and the effects of events.

A rotation is a round trip of an airframe, with or without a technical stop. All rates are
invented; only the places and the distances are real.
"""

import math
import zlib
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import numpy as np

from flights.reference.earth import great_circle_km
from flights.sources.simulated.world.network import OPERATORS, PASSENGER_WEIGHT, load_fields

YEAR = 2050
FIRST_DAY, LAST_DAY = date(YEAR, 1, 1), date(YEAR, 12, 31)
DAYS = (LAST_DAY - FIRST_DAY).days + 1

PASSENGER_ROTATIONS_PER_DAY = 520.0
LEAST_RATE = 0.12
NEAREST_KM, LONG_HAUL_KM, GRAVITY_KM = 250.0, 4_600.0, 2_000.0


@dataclass(frozen=True)
class Rotation:
    """A round trip flown `per_day` times a day on average.

    `weekdays` are factors from Monday to Sunday, `season` the amplitude over the year (peak at
    `peak_day`), `spread` the dispersion: variance = mean + spread*mean^2.
    """

    operator: str
    typecode: str
    stops: tuple[str, ...]
    per_day: float
    weekdays: tuple[float, ...]
    season: float
    peak_day: int
    spread: float
    serial: int = 0

    @property
    def key(self) -> int:
        """Seed of its random numbers, which therefore do not depend on other rotations."""
        return zlib.crc32("".join((self.operator, *self.stops)).encode())

    @property
    def first_hour(self) -> float:
        """Usual hour of the first departure of a day."""
        return self.key % 1440 / 60


@dataclass(frozen=True)
class TrueEffect:
    """For `days` days from `first` on, rotations over these stops fly `factor` times as often."""

    stops: tuple[str, ...]
    first: date
    days: int
    factor: float


EVENT_IN_JUNE = date(YEAR, 6, 12)
EVENT_IN_OCTOBER = date(YEAR, 10, 6)

EFFECTS = (TrueEffect(("HKJK", "EHAM", "HKJK"), EVENT_IN_OCTOBER, 28, 2.3),)

FREIGHT_WEEK = (0.7, 0.95, 1.05, 1.1, 1.15, 1.15, 0.9)
TRAVEL_WEEK = (1.05, 0.93, 0.95, 1.02, 1.12, 0.9, 1.03)

# Operator, type, stops, round trips a day.
FREIGHT = (
    ("XQA", "B748", ("ZHCC", "ELLX", "ZHCC"), 3.0),
    ("XQA", "B748", ("ZHCC", "UTAA", "ELLX", "ZHCC"), 1.2),
    ("XQA", "B748", ("ZHCC", "OMDW", "ELLX", "ZHCC"), 0.8),
    ("XQA", "B748", ("ELLX", "KORD", "ELLX"), 1.8),
    ("XQA", "B748", ("ELLX", "HKJK", "ELLX"), 0.8),
    ("XQA", "B748", ("ELLX", "SBGR", "ELLX"), 0.7),
    ("XQB", "B77L", ("HKJK", "EHAM", "HKJK"), 1.6),
    ("XQD", "B77L", ("HKJK", "EHAM", "HKJK"), 1.5),
    ("XQB", "B77L", ("SKBO", "EHAM", "SKBO"), 2.6),
    ("XQB", "B77L", ("EHAM", "KJFK", "EHAM"), 1.5),
    ("XQB", "B77L", ("EHAM", "VHHH", "EHAM"), 1.2),
    ("XQB", "B77L", ("HKJK", "EBLG", "HKJK"), 1.0),
    ("XQB", "B77L", ("HAAB", "EBLG", "HAAB"), 1.6),
    ("XQC", "B744", ("UAAA", "EDDF", "UAAA"), 2.6),
    ("XQA", "B748", ("UAAA", "EDDF", "UAAA"), 1.2),
    ("XQC", "B744", ("EDDF", "UACC", "EDDF"), 0.6),
    ("XQC", "B744", ("EDDF", "ZSPD", "EDDF"), 1.6),
    ("XQC", "B744", ("EDDF", "KATL", "EDDF"), 1.6),
    ("XQC", "B744", ("EDDP", "VIDP", "EDDP"), 1.2),
    ("XQC", "B744", ("EDDP", "KMEM", "EDDP"), 1.6),
    ("XQC", "B744", ("VABB", "OIIE", "VABB"), 0.5),
    ("XQD", "B77L", ("RKSI", "PANC", "KORD", "PANC", "RKSI"), 2.2),
    ("XQD", "B77L", ("VHHH", "PANC", "KMEM", "PANC", "VHHH"), 1.8),
    ("XQD", "B77L", ("ZSPD", "PANC", "KLAX", "ZSPD"), 2.2),
    ("XQD", "B77L", ("RJAA", "WSSS", "RJAA"), 1.6),
    ("XQD", "B77L", ("VHHH", "VABB", "OMDW", "VHHH"), 1.2),
    ("XQD", "B77L", ("NZAA", "SCEL", "NZAA"), 0.07),
    ("XQD", "B77L", ("KMIA", "SKBO", "KMIA"), 1.8),
    ("XQD", "B77L", ("KMIA", "SBGR", "KMIA"), 1.2),
)


def load_rotations() -> tuple[Rotation, ...]:
    """All rotations of the world, numbered within their operator."""
    plain = [
        *(_freight(*each) for each in FREIGHT),
        *_passenger_rotations(),
    ]
    seen: dict[str, int] = {}
    numbered = []
    for each in plain:
        seen[each.operator] = serial = seen.get(each.operator, 0) + 1
        numbered.append(Rotation(**{**vars(each), "serial": serial}))
    return tuple(numbered)


def _freight(operator: str, typecode: str, stops: tuple[str, ...], per_day: float) -> Rotation:
    return Rotation(operator, typecode, stops, per_day, FREIGHT_WEEK, 0.08, 320, 0.06)


def _passenger_rotations() -> list[Rotation]:
    """Pairs of airports weighted by size and distance, scaled to the total round trips a day."""
    fields, pull = load_fields(), {}
    for here, there in combinations(PASSENGER_WEIGHT, 2):
        km = float(great_circle_km(*fields[here][:2], *fields[there][:2]))
        if km >= NEAREST_KM:
            weight = PASSENGER_WEIGHT[here] * PASSENGER_WEIGHT[there]
            pull[here, there] = weight / (1 + km / GRAVITY_KM) ** 1.7, km
    scale = PASSENGER_ROTATIONS_PER_DAY / sum(each for each, _ in pull.values())
    return [
        _passenger(pair, scale * weight, km)
        for pair, (weight, km) in pull.items()
        if scale * weight >= LEAST_RATE
    ]


def _passenger(pair: tuple[str, str], per_day: float, km: float) -> Rotation:
    carriers = [each.designator for each in OPERATORS.values() if each.carries == "passengers"]
    base, other = pair if zlib.crc32("".join(pair).encode()) % 2 else pair[::-1]
    operator = carriers[zlib.crc32(base.encode()) % len(carriers)]
    typecode = "A359" if km > LONG_HAUL_KM else "A320"
    return Rotation(operator, typecode, (base, other, base), per_day, TRAVEL_WEEK, 0.12, 205, 0.02)


def mean_rounds(rotations: tuple[Rotation, ...], days: np.ndarray) -> np.ndarray:
    """Expected round trips, shape (rotations, days).

    `days` counts from `FIRST_DAY`; negative numbers are days before it.
    """
    weekday = (days + FIRST_DAY.weekday()) % 7
    swing = np.array([each.season for each in rotations])[:, None]
    peak = np.array([each.peak_day for each in rotations])[:, None]
    season = 1 + swing * np.cos(2 * math.pi * (days[None, :] - peak) / DAYS)
    week = np.array([each.weekdays for each in rotations])[:, weekday]
    mean = np.array([each.per_day for each in rotations])[:, None] * week * season
    for effect in EFFECTS:
        begins = (effect.first - FIRST_DAY).days
        during = (days >= begins) & (days < begins + effect.days)
        touched = [row for row, each in enumerate(rotations) if each.stops == effect.stops]
        mean[touched] *= np.where(during, effect.factor, 1.0)
    result: np.ndarray = mean
    return result
