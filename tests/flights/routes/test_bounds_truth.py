"""Bounds against the truth of the made-up world, with ever fewer receivers.

Prints a table (`pytest -s`): lost ends of the whole year, true ends excluded, share of regions
falsely possible, and how many flights nobody heard, which lie outside both bounds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from world_truth import list_true_flights
from worlds import entry

from flights.archive import Archive
from flights.evidence import LEAST_GROUND_S, longest_stay_s, stretches_between
from flights.query import DuckDBEngine, RouteQuestion
from flights.records import DayRecords, empty_table
from flights.reference.airports import all_codes, load_airports
from flights.regions import parse_region
from flights.routes import resolve_bounds
from flights.sources.simulated.world.tables import load_heard
from flights.sources.simulated.world.timetable import DAYS, FIRST_DAY
from flights.sources.simulated.world.world import load_world

pytestmark = pytest.mark.slow

SHARES = (1.0, 0.5, 0.2, 0.05)
SOURCE = "simulated"
ARCHIVED = 18
"""Days that go through an archive; the whole year is asked of the prism itself."""
LAST_DAY = FIRST_DAY + timedelta(days=ARCHIVED - 1)
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
OTHERS = ("edges", "tracks", "reception")
LEAST_LOST = 10_000
"""Lost ends that each share of receivers has to be judged by."""


@dataclass(frozen=True)
class Thinned:
    """The year as heard by a share of the receivers; truth beside it."""

    share: float
    archive: Archive
    truth: pd.DataFrame
    flights: pd.DataFrame

    @cached_property
    def lost_ends(self) -> "LostEnds":
        """All lost ends of the year, judged."""
        return LostEnds.of(self.flights, self.truth)


@pytest.fixture(scope="module")
def thin(tmp_path_factory: pytest.TempPathFactory) -> Callable[[float], Thinned]:
    """Makes the world of a share, once."""
    return cache(lambda share: _thin(share, tmp_path_factory.mktemp(f"share-{share}")))


@pytest.fixture(scope="module", params=SHARES)
def thinned(request: pytest.FixtureRequest, thin: Callable[[float], Thinned]) -> Thinned:
    """One share after the other."""
    return thin(request.param)


def _thin(share: float, root: Path) -> Thinned:
    heard = load_heard(SOURCE, share)
    archive = Archive(root)
    others = {name: empty_table(name) for name in OTHERS}
    for number in range(ARCHIVED):
        rows = heard.flights.iloc[heard.edges[number] : heard.edges[number + 1]]
        day = FIRST_DAY + timedelta(days=number)
        archive.write_day(DayRecords(entry(day, source=SOURCE), rows, **others))
    return Thinned(share, archive, list_true_flights(load_world(share=share)), heard.flights)


def _codes(region: str) -> frozenset[str] | None:
    return None if region == "world:" else all_codes(parse_region(region).airports())


def _question(pair: tuple[str, str], last: date = LAST_DAY) -> RouteQuestion:
    return RouteQuestion(SOURCE, FIRST_DAY, last, *map(_codes, pair), min_grade="likely")


def _truly_on(truth: pd.DataFrame, pair: tuple[str, str]) -> pd.DataFrame:
    on = truth["cargo"].copy()
    for end, region in zip(("origin", "destination"), pair, strict=True):
        codes = _codes(region)
        on &= True if codes is None else truth[end].isin(codes)
    return truth[on]


def test_bounds_of_an_archive_hold_the_truth_every_day(thinned: Thinned) -> None:
    """Truth by the day a flight was first heard, as the bounds count it."""
    days = pd.date_range(FIRST_DAY, periods=ARCHIVED).date
    day_of = thinned.flights.set_index("flight_id")["day"]
    engine = DuckDBEngine(thinned.archive)
    for pair in ROUTES:
        true = _truly_on(thinned.truth[thinned.truth["heard"]], pair)
        true_by_day = day_of.reindex(true["flight_id"]).value_counts().reindex(days, fill_value=0)
        found = resolve_bounds(engine, _question(pair)).counted
        upper = found["day"].value_counts().reindex(days, fill_value=0)
        lower = found["day"][found["bound"] == "lower"].value_counts().reindex(days, fill_value=0)
        outside = (lower > true_by_day) | (true_by_day > upper)
        assert not outside.any(), (pair, list(outside.index[outside]))
    engine.close()


def test_truth_lies_within_the_bounds_on_every_day_of_every_route(
    thinned: Thinned, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every pair of countries between which anything truly flew, cargo or not, the whole year."""
    ends = thinned.lost_ends
    wide = routes = 0
    for here, there in sorted(set(zip(*ends.true.values(), strict=True))):
        lower, upper, true = ends.count(here, there)
        outside = (lower > true) | (true > upper)
        assert not outside.any(), (ends.countries[here], ends.countries[there], outside.nonzero())
        wide, routes = wide + int((upper - lower).sum()), routes + 1
    unheard = ~thinned.truth["heard"]
    with capsys.disabled():
        print(
            f"\nreceivers {thinned.share:4.0%}: truth within the bounds on {DAYS} days of "
            f"{routes:,} routes, {wide / routes / DAYS:.2f} flights a day and route between them; "
            f"{unheard.sum():,} of {len(unheard):,} flights never heard ({unheard.mean():.1%})"
        )
    assert routes > 1_000


@dataclass(frozen=True)
class LostEnds:
    """What the prism says of all ends of a year: how many lost, truths excluded, and the rest.

    `falsely` is the share of all pairs of a heard flight's end and a country where it was not
    that cannot be excluded; ends that were observed exclude every other country.
    `true` has the country of each flight's ends, `possible` a row a flight and a column a
    country, `observed` whether an end was.
    """

    lost: int
    excluded: int
    falsely: float
    falsely_lost: float
    day: np.ndarray
    countries: pd.Index
    true: dict[str, np.ndarray]
    possible: dict[str, np.ndarray]
    observed: dict[str, np.ndarray]

    @classmethod
    def of(cls, flights: pd.DataFrame, truth: pd.DataFrame) -> "LostEnds":
        flights = flights.sort_values(["icao24", "firstseen"], ignore_index=True)
        true = truth[truth["heard"]].set_index("flight_id").reindex(flights["flight_id"])
        fields = load_airports().loc[sorted({*true["origin"], *true["destination"]})]
        country, countries = pd.factorize(fields["country"])
        excluded = 0
        truly, possible, observed = {}, {}, {}
        for end, step in (("origin", 1), ("destination", -1)):
            is_lost = (flights[f"{end}_evidence"] == "lost").to_numpy()
            rows = flights.index[is_lost]
            fits = _possible(flights, rows, step, fields)
            at = fields.index.get_indexer(true[end])
            excluded += int((~fits[at[rows], np.arange(len(rows))]).sum())
            truly[end], observed[end] = country[at], ~is_lost
            said = fields.index.get_indexer(flights[end])
            possible[end] = country[said][:, None] == np.arange(len(countries))
            possible[end][rows] = np.stack(
                [fits[country == n].any(axis=0) for n in range(len(countries))], axis=1
            )
        lost = sum(int((~each).sum()) for each in observed.values())
        right = sum(
            int(possible[end][np.arange(len(flights)), truly[end]].sum()) for end in possible
        )
        falsely = sum(int(each.sum()) for each in possible.values()) - right
        others = len(countries) - 1
        day = ((flights["firstseen"] - pd.Timestamp(FIRST_DAY, tz="UTC")).dt.days).to_numpy()
        shares = falsely / (2 * len(flights) * others), falsely / (lost * others)
        return cls(lost, excluded, *shares, day, countries, truly, possible, observed)

    def count(self, here: int, there: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Lower and upper bound and truth of a route between two countries, by day."""
        inside = self.possible["origin"][:, here] & self.possible["destination"][:, there]
        both = self.observed["origin"] & self.observed["destination"]
        true = (self.true["origin"] == here) & (self.true["destination"] == there)
        masks = (inside & both, inside, true)
        return tuple(np.bincount(self.day[mask], minlength=DAYS) for mask in masks)


def _possible(flights: pd.DataFrame, rows: pd.Index, step: int, fields: pd.DataFrame) -> np.ndarray:
    """True for pairs of airport and lost end where a landing cannot be excluded."""
    own = flights.loc[rows]
    beside = flights.shift(step).loc[rows]
    beside = beside.where(beside["icao24"] == own["icao24"])
    pair = (beside, own) if step > 0 else (own, beside)
    stretches = stretches_between(*(each.reset_index(drop=True) for each in pair))
    places = fields[["latitude", "longitude"]].to_numpy(float)
    stays = [longest_stay_s(stretches, *places[[n]].T) for n in range(len(places))]
    return ~(np.stack(stays) < LEAST_GROUND_S)


def test_true_end_is_never_excluded(thinned: Thinned, capsys: pytest.CaptureFixture[str]) -> None:
    lost = thinned.lost_ends
    with capsys.disabled():
        print(
            f"\nreceivers {thinned.share:4.0%}: {lost.lost:7,} lost ends of "
            f"{2 * len(thinned.flights):,}, {lost.excluded} true airports excluded; of countries "
            f"where a flight's end was not, {lost.falsely:.1%} cannot be excluded "
            f"({lost.falsely_lost:.1%} where it is lost)"
        )
    assert lost.excluded == 0
    assert lost.lost > LEAST_LOST


def test_share_of_false_regions_falls_as_coverage_grows(thin: Callable[[float], Thinned]) -> None:
    falsely = [thin(share).lost_ends.falsely for share in SHARES]
    assert falsely == sorted(falsely)
    assert falsely[-1] > 2 * falsely[0]


@pytest.mark.parametrize("seed", range(3))
def test_bounds_narrow_as_more_is_heard(tmp_path: Path, seed: int) -> None:
    """Of flights already heard: a later record of the airframe only takes possibilities away."""
    heard = load_heard(SOURCE, 0.2)
    rng = np.random.default_rng(seed)
    few = heard.flights.iloc[: heard.edges[10]]
    order = rng.random(len(few))
    ways = (("CN", "DE"), ("LU", "CN"), ("KE", "NL"))
    pairs = [(f"country:{here}", f"country:{there}") for here, there in ways]
    bounds = []
    for keep in (0.4, 0.7, 1.0):
        archive = Archive(tmp_path / str(keep))
        for number in range(10):
            day = FIRST_DAY + timedelta(days=number)
            rows = few[(few["day"] == day) & (order < keep)]
            others = {name: empty_table(name) for name in OTHERS}
            archive.write_day(DayRecords(entry(day, source=SOURCE), rows, **others))
        engine = DuckDBEngine(archive)
        last = FIRST_DAY + timedelta(days=9)
        bounds.append([resolve_bounds(engine, _question(pair, last)).counted for pair in pairs])
        engine.close()
    first = set(few["flight_id"][order < 0.4])
    for before, after in pairwise(bounds):
        for was, now in zip(map(_sides, before), map(_sides, after), strict=True):
            assert was["lower"] & first <= now["lower"]
            assert now["upper"] & first <= was["upper"]
    kept = [sum(len(_sides(each)["upper"] & first) for each in bound) for bound in bounds]
    assert kept[0] > kept[-1] > 0  # some possibilities were taken away


def _sides(counted: pd.DataFrame) -> dict[str, set[str]]:
    """Flights of the lower bound, and of the upper, which holds them too."""
    lower = counted["flight_id"][counted["bound"] == "lower"]
    return {"lower": set(lower), "upper": set(counted["flight_id"])}
