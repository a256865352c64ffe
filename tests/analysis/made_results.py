"""Studies, evidence and results made of random numbers, for tests that need a whole one.

`make_result("change")` and the other names of `CASES` give a `StudyResult` of that story; the
days lie in 2050, the operators do not exist.
"""

import math
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from analysis.event_study import run_study
from analysis.study import (
    ControlEffect,
    Event,
    EventAnswer,
    Family,
    FamilyMember,
    Shape,
    Shift,
    Stack,
    StackAnswer,
    Study,
    StudyResult,
    Verdict,
)
from flights.records import LedgerEntry, not_asked
from flights.records import columns as records
from flights.routes import Route, RouteEvidence
from flights.sources import SourceSpec

FIRST = date(2050, 1, 1)
DAYS = 300
EVENT = date(2050, 7, 20)

SPEC = SourceSpec(
    key="simulated",
    title="Simulated world",
    gives="flights",
    needs="nothing",
    licence="none",
    attribution="Made up for tests.",
    terms="none",
    simulated=True,
)


@dataclass(frozen=True)
class MadeRegion:
    """Enough of a region for an event study."""

    spec: str
    label: str

    def airports(self) -> frozenset[str]:
        return frozenset()

    def contains(self, latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
        return np.zeros(np.shape(latitude), dtype=bool)

    def shape(self):  # type: ignore[no-untyped-def]
        from shapely.geometry import box

        return box(0, 0, 1, 1)


@dataclass(frozen=True)
class Story:
    """What happens in the made-up record; the rest is a Poisson process."""

    rate: float = 1.5
    unknown_rate: float = 0.3
    effect: float = 1.0
    unknown_effect: float | None = None
    coverage_step: float = 1.0
    days: int = DAYS
    missing: tuple[int, ...] = ()
    partial: tuple[int, ...] = ()
    editions: tuple[str, ...] = ("made-reader 1",)
    seed: int = 3


CASES = {
    "change": Story(effect=3.5),
    "null": Story(),
    "thin": Story(rate=0.08, unknown_rate=0.02),
    "coverage": Story(coverage_step=3.0, effect=3.0),
    "history": Story(days=200),
    "missing": Story(missing=(190, 191, 203), partial=(120, 121)),
    "unasked": Story(missing=tuple(range(DAYS))),
    "upper only": Story(rate=1.5, unknown_rate=1.5, unknown_effect=6.0, seed=11),
}


def make_study(**changes: Any) -> Study:
    """A study of the made-up record."""
    last = FIRST + timedelta(days=DAYS - 1)
    study = Study(
        source="simulated",
        first=FIRST,
        last=last,
        origin="country:CN",
        destination="country:IR",
        events=(Event(EVENT, "Something made up"),),
        title="Made-up flights",
    )
    return replace(study, **changes)


def make_evidence(story: Story, *, study: Study | None = None) -> RouteEvidence:
    """Evidence of `story.days` days that end where the study does."""
    study = study or make_study(first=FIRST + timedelta(days=DAYS - story.days))
    rng = np.random.default_rng(story.seed)
    days = [study.first + timedelta(days=n) for n in range((study.last - study.first).days + 1)]
    after = np.array([0 <= (day - study.events[0].day).days < study.window for day in days])
    later = np.array([day >= study.events[0].day for day in days])
    heard_here = np.where(later, story.coverage_step, 1.0)
    known = rng.poisson(story.rate * np.where(after, story.effect, 1.0))
    unknown_effect = story.effect if story.unknown_effect is None else story.unknown_effect
    unknown = rng.poisson(story.unknown_rate * np.where(after, unknown_effect, 1.0))
    entries = tuple(_make_entry(n, day, story, len(days)) for n, day in enumerate(days))
    held = np.array([entry.is_complete for entry in entries])
    rows = [
        _make_flight(day, number, bound, rng)
        for day, numbers in zip(days, zip(known * held, unknown * held, strict=True), strict=True)
        for bound, count in zip(("lower", "upper"), numbers, strict=True)
        for number in range(count)
    ]
    heard = pd.DataFrame(
        {
            "origin": rng.poisson(400 * heard_here) * held,
            "destination": rng.poisson(90 * heard_here) * held,
        },
        index=pd.Index(days, name="day"),
    )
    return RouteEvidence(
        route=Route(MadeRegion(study.origin, "China"), MadeRegion(study.destination, "Iran")),
        source=study.source,
        first=study.first,
        last=study.last,
        flights=_frame(rows),
        heard=heard,
        neither_end=pd.Series(rng.poisson(0.4, len(days)) * held, index=heard.index),
        ledger=entries,
    )


def make_result(name: str = "change", **changes: Any) -> StudyResult:
    """The result of one of `CASES`; `changes` go to the study."""
    story = CASES[name]
    study = make_study(first=FIRST + timedelta(days=DAYS - story.days), **changes)
    evidence = make_evidence(story, study=study)
    return run_study(
        study, evidence, spec=SPEC, tries={"windows": 1, "dates": 1}, made_at="2050-12-01T00:00:00Z"
    )


def with_everything(result: StudyResult) -> StudyResult:
    """A result with other routes, two more dates, a stack, regressions and shifts of level.

    One interval has no upper end and one begins at zero; the second date fails among three.
    """
    lower, upper = result.lower, result.upper
    assert lower is not None and upper is not None
    rng = np.random.default_rng(5)
    controls = tuple(
        ControlEffect(f"Place {k}", 10.0, 40.0, 10.0, float(rr), float(s))
        for k, (rr, s) in enumerate(zip(rng.uniform(0.5, 2, 40), rng.normal(size=40), strict=True))
    )
    open_end = replace(lower, rr=1.5, lo=0.7, hi=math.inf, event=date(2050, 6, 10))
    from_zero = replace(lower, rr=0.5, lo=0.0, hi=1.9, event=date(2050, 5, 1))
    others = (
        EventAnswer(date(2050, 5, 1), "Another", _NO_CHANGE, from_zero, replace(from_zero, rr=0.6)),
        EventAnswer(date(2050, 6, 10), "", _NO_CHANGE, open_end, open_end),
    )
    stack = Stack("lower", (result.event,), 60.0, 48.0, 1.25, 0.9, 1.6, 1.1, 999, 280, 0.28)
    members = (("20 Jul 2050", 0.01, 0.03, True), ("1 May 2050", 0.03, 0.06, False))
    return replace(
        result,
        controls=controls,
        others=others,
        stack=StackAnswer(_NO_CHANGE, stack, replace(stack, bound="upper", rr=1.3)),
        family=Family("Holm", tuple(FamilyMember(*m) for m in (*members, ("z", 0.5, 0.5, False)))),
        shapes=(Shape("lower", 1.1, 0.8, 1.5, 1.4, (1.0, 0.9, 1.1, 1.0, 1.0, 0.8, 0.7)),),
        shifts=(Shift(date(2050, 7, 1), 1.2, 2.9),),
    )


_NO_CHANGE = Verdict("no detectable change", "Nothing of this was to be noticed.")


def _make_entry(number: int, day: date, story: Story, days: int) -> LedgerEntry:
    if number in story.missing:
        return not_asked("simulated", day)
    if number in story.partial:
        reasons = ("Only 31 of 48 heatmaps are there.",)
        return LedgerEntry("simulated", day, "partial", reasons, reader=story.editions[0])
    edition = story.editions[min(number * len(story.editions) // days, len(story.editions) - 1)]
    return LedgerEntry("simulated", day, "complete", reader=edition, detail="flights")


def _make_flight(day: date, number: int, bound: str, rng: np.random.Generator) -> dict[str, Any]:
    airframe = int(rng.integers(40))
    start = datetime(day.year, day.month, day.day, int(rng.integers(24)), tzinfo=UTC)
    lost = bound == "upper"
    return {
        "source": "simulated",
        "day": day,
        "flight_id": f"{0xA00000 + airframe:06x}-{day.isoformat()}-{number}-{bound}",
        "icao24": f"{0xA00000 + airframe:06x}",
        "callsign": f"QQX{airframe:03d}",
        "registration": f"ZZ-{airframe:03d}",
        "typecode": "B744",
        "operator": ("QQX", "QQY", "QQZ")[airframe % 3],
        "firstseen": pd.Timestamp(start),
        "lastseen": pd.Timestamp(start + timedelta(hours=7)),
        "origin": "ZSPD",
        "origin_evidence": "surface",
        "destination": None if lost else "OIIE",
        "destination_evidence": "lost" if lost else "low",
        "first_latitude": 31.1,
        "first_longitude": 121.8,
        "last_latitude": 39.0 if lost else 35.4,
        "last_longitude": 58.0 if lost else 51.2,
        "positions": 400,
        "longest_silence_s": 600,
        "received": "adsb",
        "flags": "",
        "cargo_grade": "certain",
        "cargo_rule": "freighter-only type",
        "cargo_source": "made up",
        "origin_verdict": "observed",
        "destination_verdict": "possible" if lost else "observed",
        "bound": bound,
        "why": "Last heard in the air." if lost else "Heard at both ends.",
    }


_JUDGED = (
    *("cargo_grade", "cargo_rule", "cargo_source"),
    *("origin_verdict", "destination_verdict", "bound", "why"),
)


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = [column.name for column in records.FLIGHT] + list(_JUDGED)
    return pd.DataFrame(rows, columns=columns)
