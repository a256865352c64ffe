"""Why a flight counts, or does not: by end, by reason."""

import numpy as np
import pandas as pd

from flights.evidence import count_exclusions, explain_flights

NAN = float("nan")


def _flight(**more: object) -> dict[str, object]:
    row: dict[str, object] = {
        "firstseen": pd.Timestamp("2050-01-01 04:00Z"),
        "lastseen": pd.Timestamp("2050-01-01 09:00Z"),
        "origin": "ZHCC",
        "origin_evidence": "surface",
        "origin_distance_km": 1.2,
        "origin_verdict": "observed",
        "origin_stay_s": NAN,
        "destination": None,
        "destination_evidence": "lost",
        "destination_verdict": "excluded",
        "destination_stay_s": -3600.0,
        "last_latitude": 38.5,
        "last_longitude": 57.3,
        "last_altitude_ft": 20_000.0,
        "behind_firstseen": pd.Timestamp("2050-01-01 12:00Z"),
        "behind_origin": "UAAA",
        "bound": "neither",
    }
    return row | more


def test_excluded_flights_are_counted_by_reason_each_once() -> None:
    both = _flight(
        origin=None, origin_evidence="lost", origin_verdict="excluded", origin_stay_s=-9.0
    )
    far = _flight(destination_stay_s=-np.inf)
    found = count_exclusions(pd.DataFrame([_flight(), _flight(), far, both]), "China", "Brazil")
    assert found == {
        "destination: heard again too soon for a landing in Brazil": 2,
        "destination: Brazil is out of its range": 1,
        "origin: heard too shortly before for a landing in China; "
        "destination: heard again too soon for a landing in Brazil": 1,
    }
    assert sum(found.values()) == 4


def test_nothing_excluded_has_no_reasons() -> None:
    assert count_exclusions(pd.DataFrame(), "China", "Brazil") == {}


def test_why_tells_too_soon_from_out_of_range() -> None:
    far = _flight(destination_stay_s=-np.inf, behind_firstseen=pd.NaT)
    soon, out = explain_flights(pd.DataFrame([_flight(), far]), "China", "United States")
    assert "leaving UAAA: too soon for a landing in the United States." in soon
    assert "no other record of it within 48 h on that side: the United States is out of " in out
    assert soon.endswith("Counts in neither bound.")
