"""Route questions of many shapes, and a naive answer to hold an engine to."""

import itertools
from datetime import date, timedelta

import numpy as np
import pandas as pd
from worlds import SOURCE

from flights.query import RouteQuestion, cell_id

FIRST = date(2050, 2, 20)
DAYS = [FIRST + timedelta(days=n) for n in range(40)]
LAST = DAYS[-1]
GRADES = [None, "possible", "likely", "certain"]
AIRPORTS = [None, frozenset({"ZZAA"}), frozenset({"ZZBB", "US-0042", "NONE"}), frozenset()]


class Rules:
    """A stand-in for the cargo rules: by callsign."""

    digest = "1"

    def grade_flights(self, flights: pd.DataFrame) -> pd.DataFrame:
        grades = {"QQA12": "certain", "QQB7": "likely", "ZZP1": "possible"}
        grade = flights["callsign"].map(grades)
        rule = pd.Series("by callsign", index=flights.index).where(grade.notna())
        said = dict.fromkeys(("cargo_rule", "cargo_source", "cargo_conflict"), rule)
        return pd.DataFrame({"cargo_grade": grade, **said})

    def rules_digest(self) -> str:
        return self.digest


def ends(flights: pd.DataFrame, end: str, airports, cells) -> pd.Series:
    """in | possible | out for one end of each flight."""
    if airports is None:
        return pd.Series("in", index=flights.index)
    which = "first" if end == "origin" else "last"
    cell = cell_id(flights[f"{which}_latitude"], flights[f"{which}_longitude"])
    lost = flights[f"{end}_evidence"] == "lost"
    near = np.full(len(flights), True) if cells is None else np.isin(cell, list(cells))
    known = np.where(flights[end].isin(airports), "in", "out")
    return pd.Series(np.where(lost, np.where(near, "possible", "out"), known), flights.index)


def judge(flights: pd.DataFrame, q: RouteQuestion) -> pd.Series:
    """lower | more | neither | out per flight, word for word as the module says."""
    origin = ends(flights, "origin", q.origin_airports, q.origin_cells)
    destination = ends(flights, "destination", q.destination_airports, q.destination_cells)
    lost = (flights["origin_evidence"] == "lost") & (flights["destination_evidence"] == "lost")
    both = pd.concat([origin, destination], axis=1)
    verdict = pd.Series("more", index=flights.index)
    verdict[lost] = "neither"
    verdict[(both == "possible").all(axis=1)] = "neither"
    verdict[(both == "out").any(axis=1)] = "out"
    verdict[(both == "in").all(axis=1)] = "lower"
    order = ["certain", "likely", "possible"]
    if q.min_grade:
        verdict[~flights["cargo_grade"].isin(order[: order.index(q.min_grade) + 1])] = "out"
    verdict[(flights["day"] < q.first) | (flights["day"] > q.last)] = "out"
    return verdict


def questions() -> list[RouteQuestion]:
    rng = np.random.default_rng(7)
    cells = [None, frozenset(int(c) for c in rng.integers(0, 64_800, 20_000)), frozenset()]
    found = []
    for origin, destination in itertools.product(AIRPORTS, AIRPORTS):
        here, there = rng.choice(3, 2)
        found.append(
            RouteQuestion(
                SOURCE,
                FIRST + timedelta(days=int(rng.integers(0, 5))),
                LAST - timedelta(days=int(rng.integers(0, 15))),
                origin,
                destination,
                cells[here] if origin is not None else None,
                cells[there] if destination is not None else None,
                GRADES[rng.choice(4)],
            )
        )
    return found
