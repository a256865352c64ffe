"""Made-up worlds without an event, and changes that can be added to them; all of it seeded."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.signal import lfilter

sys.path.insert(0, str(Path(__file__).parents[2]))

from analysis.numerics import DailySeries
from analysis.study import find_outages

DAYS = 730
EVENT = 500
HEARD = 200.0
_DAY = np.arange(DAYS)
_WEEK = np.array([1.5, 0.3, 1.4, 0.4, 1.3, 1.0, 1.1])


@dataclass(frozen=True)
class Cell:
    """One cell of a table: flights a day, what multiplies them, and what the receivers do.

    What is heard steps by `step` at the event; flights follow it to the power `elasticity`, the
    proxy to the power `seen`. The record is the days from `first` to before `last`.
    """

    rate: float
    window: int
    effect: float = 1.0
    step: float = 1.0
    elasticity: float = 1.0
    seen: float = 1.0
    first: int = 0
    last: int = DAYS

    @property
    def event(self) -> int:
        """Index of the event in the record."""
        return EVENT - self.first


World = Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]]
"""Gives the factors of traffic and of reception of each day."""


def _flat(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return np.ones(DAYS), np.ones(DAYS)


def _weekday(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return _WEEK[_DAY % 7], np.ones(DAYS)


def _gamma(dispersion: float) -> World:
    def world(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        return rng.gamma(1 / dispersion, dispersion, DAYS), np.ones(DAYS)

    return world


def _autoregressive(decay: float, spread: float) -> World:
    def world(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        noise = rng.normal(0, spread * np.sqrt(1 - decay**2), DAYS)
        noise[0] = rng.normal(0, spread)
        return np.exp(lfilter([1.0], [1.0, -decay], noise) - spread**2 / 2), np.ones(DAYS)

    return world


def _season(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return 1 + 0.4 * np.sin(2 * np.pi * (_DAY / 365 + rng.random())), np.ones(DAYS)


def _trend(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return np.exp(np.log(2) * (_DAY / DAYS - 0.5) * rng.choice([-1, 1])), np.ones(DAYS)


def _timetable(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    levels = np.exp(rng.normal(0, 0.35, 8))
    jumps = np.sort(rng.choice(DAYS, 7, replace=False))
    return levels[np.searchsorted(jumps, _DAY, side="right")], np.ones(DAYS)


def _outages(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return np.ones(DAYS), np.where(rng.random(DAYS) < 0.03, 0.05, 1.0)


def _drift(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return np.ones(DAYS), np.exp(np.log(2.5) * (_DAY / DAYS - 0.5))


WORLDS: dict[str, tuple[World, float, float]] = {
    "poisson": (_flat, 1.0, 1.0),
    "weekday": (_weekday, 1.0, 1.0),
    "negative binomial 0.3": (_gamma(0.3), 1.0, 1.0),
    "negative binomial 1": (_gamma(1.0), 1.0, 1.0),
    "AR(1) fast": (_autoregressive(0.6, 0.5), 1.0, 1.0),
    "AR(1) slow": (_autoregressive(0.97, 0.4), 1.0, 1.0),
    "season": (_season, 1.0, 1.0),
    "trend": (_trend, 1.0, 1.0),
    "timetable jumps": (_timetable, 1.0, 1.0),
    "outage days": (_outages, 1.0, 1.0),
    "coverage drift": (_drift, 1.0, 1.0),
    "step x2 faithful": (_flat, 2.0, 1.0),
    "step x2 understated": (_flat, 2.0, 1.5),
    "step x2 overstated": (_flat, 2.0, 0.5),
}
"""Name -> how rate and reception move, the coverage step at the event, and its elasticity."""

UNFAITHFUL = ("step x2 understated", "step x2 overstated")


def make_series(world: World, cell: Cell, rng: np.random.Generator) -> DailySeries:
    """One series: traffic times reception, and the proxy of reception."""
    traffic, heard = world(rng)
    return observe(traffic, heard * step_up(cell), cell, rng)


def step_up(cell: Cell) -> np.ndarray:
    """Factor of reception from the event on, per day."""
    return np.where(_DAY >= EVENT, cell.step, 1.0)


def observe(
    traffic: np.ndarray, heard: np.ndarray, cell: Cell, rng: np.random.Generator
) -> DailySeries:
    """Counts and proxy of the cell's days."""
    kept = slice(cell.first, cell.last)
    counts = count_flights(traffic, heard, cell, rng)
    exposure = rng.poisson(HEARD * heard[kept] ** cell.seen).astype(float)
    return DailySeries(
        counts=counts,
        exposure=exposure,
        weekday=_DAY[kept] % 7,
        outage=find_outages(exposure, least=30),
    )


def count_flights(
    traffic: np.ndarray, heard: np.ndarray, cell: Cell, rng: np.random.Generator
) -> np.ndarray:
    """Flights heard on each of the cell's days, the event's effect in its own window."""
    happened = (_DAY >= EVENT) & (EVENT + cell.window > _DAY)
    effect = np.where(happened, cell.effect, 1.0)
    mean = cell.rate * traffic * heard**cell.elasticity * effect
    return rng.poisson(mean[cell.first : cell.last]).astype(float)
