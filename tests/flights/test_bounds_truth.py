"""Bounds against the truth of the made-up world, with ever fewer receivers.

Prints a table (`pytest -s`): lost ends, true ends excluded, share of false possibilities, and
how many flights nobody heard, which lie outside both bounds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from worlds import entry

from flights.archive import Archive
from flights.bounds import Resolved, resolve_bounds
from flights.chains import stretches_between
from flights.gaps import LEAST_GROUND_S, longest_stay_s
from flights.query import DuckDBEngine, RouteQuestion
from flights.records import DayRecords, empty
from flights.reference.airports import all_codes, load_airports
from flights.regions import parse_region
from flights.simulated.tables import load_heard
from flights.simulated.timetable import FIRST_DAY
from flights.simulated.truth import list_true_flights
from flights.simulated.world import load_world

SHARES = (1.0, 0.5, 0.2, 0.05)
DAYS = 18
SOURCE = "simulated"
COUNTRIES = ("CN", "TM", "IR", "LU", "DE", "US", "KZ", "AE")
ROUTES = (
    ("country:CN", "country:LU"),
    ("country:CN", "country:TM"),
    ("country:CN", "country:IR"),
    ("country:CN", "country:DE"),
    ("country:LU", "country:CN"),
    ("country:TM", "country:LU"),
    ("country:DE", "country:US"),
    ("country:AE", "country:DE"),
    ("country:HK", "world:"),
    ("world:", "country:LU"),
)


@dataclass(frozen=True)
class Thinned:
    """The first weeks of the year as heard by a share of the receivers; truth beside it."""

    share: float
    archive: Archive
    truth: pd.DataFrame

    @cached_property
    def lost_ends(self) -> tuple[int, int, float]:
        """Lost ends, true countries excluded, other countries possible per flight heard."""
        return _judge_lost_ends(self.archive, self.truth)


@pytest.fixture(scope="module")
def thin(tmp_path_factory: pytest.TempPathFactory) -> Callable[[float], Thinned]:
    """Makes the world of a share, once."""
    return cache(lambda share: _thin(share, tmp_path_factory.mktemp(f"share-{share}")))


@pytest.fixture(scope="module", params=SHARES)
def thinned(request: pytest.FixtureRequest, thin: Callable[[float], Thinned]) -> Thinned:
    """One share after the other."""
    return thin(request.param)


def _thin(share: float, root: Path) -> Thinned:
    archive = Archive(root)
    heard = load_heard(SOURCE, share)
    others = {name: empty(name) for name in ("edges", "tracks", "reception")}
    for number in range(DAYS):
        rows = heard.flights.iloc[heard.edges[number] : heard.edges[number + 1]]
        day = FIRST_DAY + timedelta(days=number)
        archive.write_day(DayRecords(entry(day, source=SOURCE), rows, **others))
    truth = list_true_flights(load_world(share=share))
    span = truth["takeoff"] < pd.Timestamp(FIRST_DAY + timedelta(days=DAYS), tz="UTC")
    return Thinned(share, archive, truth[span])


@pytest.fixture(scope="module")
def resolved(thinned: Thinned) -> dict[tuple[str, str], Resolved]:
    """Both bounds of every route."""
    engine = DuckDBEngine(thinned.archive)
    found = {pair: resolve_bounds(engine, _question(*pair)) for pair in ROUTES}
    engine.close()
    return found


def _codes(region: str) -> frozenset[str] | None:
    return None if region == "world:" else all_codes(parse_region(region).airports())


def _question(origin: str, destination: str) -> RouteQuestion:
    last = FIRST_DAY + timedelta(days=DAYS - 1)
    return RouteQuestion(
        SOURCE, FIRST_DAY, last, _codes(origin), _codes(destination), min_grade="likely"
    )


def _truly_on(truth: pd.DataFrame, pair: tuple[str, str]) -> pd.DataFrame:
    on = truth["cargo"].copy()
    for end, region in zip(("origin", "destination"), pair, strict=True):
        codes = _codes(region)
        on &= True if codes is None else truth[end].isin(codes)
    return truth[on]


@pytest.mark.parametrize("pair", ROUTES, ids="-".join)
def test_truth_of_heard_flights_lies_within_the_bounds_every_day(thinned, resolved, pair) -> None:
    """Truth by the day a flight was first heard, as the bounds count it."""
    found = resolved[pair].counted.set_index("flight_id")
    true = _truly_on(thinned.truth[thinned.truth["heard"]], pair)
    days = thinned.archive.load("flights", SOURCE, FIRST_DAY, FIRST_DAY + timedelta(days=DAYS - 1))
    day_of = days.set_index("flight_id")["day"]
    true_by_day = day_of.reindex(true["flight_id"]).dropna().value_counts()
    lower = found["day"][found["bound"] == "lower"].value_counts()
    upper = found["day"].value_counts()
    for number in range(DAYS):
        day = FIRST_DAY + timedelta(days=number)
        assert lower.get(day, 0) <= true_by_day.get(day, 0) <= upper.get(day, 0), day


def test_true_end_is_never_excluded(thinned: Thinned, capsys: pytest.CaptureFixture[str]) -> None:
    lost, excluded, falsely = thinned.lost_ends
    unheard = 1 - thinned.truth["heard"].mean()
    with capsys.disabled():
        print(
            f"\nreceivers {thinned.share:4.0%}: {lost:6,} lost ends, {excluded} true ones "
            f"excluded, {falsely:.2f} of {len(COUNTRIES)} countries falsely possible per flight, "
            f"{unheard:.1%} of flights never heard"
        )
    assert excluded == 0
    assert lost > 500


def test_false_possibilities_fall_as_more_is_heard(thin: Callable[[float], Thinned]) -> None:
    falsely = [thin(share).lost_ends[2] for share in SHARES]
    assert falsely == sorted(falsely)
    assert falsely[-1] > 2 * falsely[0]


def _judge_lost_ends(archive: Archive, truth: pd.DataFrame) -> tuple[int, int, float]:
    flights = archive.load(
        "flights", SOURCE, FIRST_DAY, FIRST_DAY + timedelta(days=DAYS - 1)
    ).sort_values(["icao24", "firstseen"], ignore_index=True)
    true = truth[truth["heard"]].set_index("flight_id").reindex(flights["flight_id"]).reset_index()
    lost = excluded = falsely = 0
    for end, step in (("origin", 1), ("destination", -1)):
        beside = flights.shift(step)
        beside = beside.where(beside["icao24"] == flights["icao24"])
        rows = flights.index[(flights[f"{end}_evidence"] == "lost") & true[end].notna()]
        pair = (beside, flights) if end == "origin" else (flights, beside)
        stretches = stretches_between(*(each.loc[rows].reset_index(drop=True) for each in pair))
        own = load_airports().reindex(true.loc[rows, end])
        for country in COUNTRIES:
            fields = load_airports().query("country == @country")
            stay = longest_stay_s(stretches, fields["latitude"].to_numpy(float),
                                  fields["longitude"].to_numpy(float))  # fmt: skip
            within = ~(stay < LEAST_GROUND_S)
            there = (own["country"] == country).to_numpy()
            lost += int(there.sum())
            excluded += int((there & ~within).sum())
            falsely += int((~there & within).sum())
    return lost, excluded, falsely / len(flights)


def test_bounds_narrow_as_more_is_heard(tmp_path: Path) -> None:
    """Of flights already heard: a later record of the airframe only takes possibilities away."""
    heard = load_heard(SOURCE, 0.2)
    rng = np.random.default_rng(5)
    few = heard.flights.iloc[: heard.edges[10]]
    order = rng.random(len(few))
    bounds = []
    for keep in (0.4, 0.7, 1.0):
        archive = Archive(tmp_path / str(keep))
        others = {name: empty(name) for name in ("edges", "tracks", "reception")}
        for number in range(10):
            day = FIRST_DAY + timedelta(days=number)
            rows = few[(few["day"] == day) & (order < keep)]
            archive.write_day(DayRecords(entry(day, source=SOURCE), rows, **others))
        engine = DuckDBEngine(archive)
        last = FIRST_DAY + timedelta(days=9)
        question = RouteQuestion(
            SOURCE, FIRST_DAY, last, _codes("country:CN"), _codes("country:DE"), min_grade="likely"
        )
        bounds.append(resolve_bounds(engine, question).counted)
        engine.close()
    first = set(few["flight_id"][order < 0.4])
    for before, after in pairwise(bounds):
        was, now = (
            {bound: set(each["flight_id"][each["bound"] == bound]) & first
             for bound in ("lower", "upper")} for each in (before, after)
        )  # fmt: skip
        assert was["lower"] <= now["lower"]
        assert now["lower"] | now["upper"] <= was["lower"] | was["upper"]
    assert len(bounds[0]) and len(bounds[-1]) > len(bounds[0])
