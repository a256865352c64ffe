"""Airports lie where they lie, and the nearest one is the one meant."""

from pathlib import Path

import airportsdata
import numpy as np
import pandas as pd
import pytest

from flights.errors import InvalidInput
from flights.reference.airports import (
    FIELD,
    FIELD_WEIGHT,
    SERVED,
    STRIP,
    all_codes,
    current_code,
    find_airport,
    load_airports,
    nearest_airports,
    read_corrections,
)
from flights.reference.countries import load_country_names
from flights.reference.earth import destination_point, great_circle_km

AGREE_KM = 5.0

OLD_FIELD = "standing-data has the field it replaced; OurAirports agrees with this table"
MISPLACED = "standing-data is off; the package and a second table agree"
KNOWN_DIFFERENCES = {
    **dict.fromkeys(["ZLIC", "ZSQD", "ZSYT", "ZUYB", "ZHYC", "ZHJZ"], OLD_FIELD),
    **dict.fromkeys(["ZLDH", "ZPLJ", "ZSCG", "ZSDY", "ZSXZ", "ZSYN", "ZUNC", "ZBUL"], MISPLACED),
    **dict.fromkeys(["ZYDQ", "VVPQ", "SBSG"], MISPLACED),
    "ZSLG": "three tables, three places; OurAirports has the field opened in 2021",
    "ZBHH": "standing-data has the field that is to replace Baita",
    "ZWTS": "standing-data gives a rounded place 20 km away",
    "GQNO": "standing-data has the field it replaced in 2016",
    "FLSK": "standing-data has the field it replaced in 2021",
    "FNBJ": "standing-data lost the minus sign of the latitude",
    "OIAD": "standing-data has latitude and longitude swapped",
}
NO_SUCH_FIELD = {
    "EGWZ": "closed military field without traffic",
    "KNOP": "closed in 1971",
    "OHKB": "no ICAO code",
    "SHC": "no ICAO code",
    "ZUDX": "closed in 2022; the tables disagree where it was",
}


def _cargo_airports(shared: Path) -> set[str]:
    files = sorted((shared / "reference" / "routes-cargo").glob("*.csv"))
    routes = [pd.read_csv(f, encoding="utf-8-sig", dtype=str)["AirportCodes"] for f in files]
    return set(pd.concat(routes).dropna().str.split("-").explode())


def test_airports_of_cargo_routes_lie_where_an_independent_table_has_them(shared: Path) -> None:
    path = shared / "reference" / "standing-data-airports.csv"
    theirs = pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False)
    theirs = theirs.drop_duplicates("ICAO").set_index("ICAO")
    ours = load_airports()
    used = sorted(_cargo_airports(shared) - set(NO_SUCH_FIELD))
    here = ours.loc[[current_code(code) for code in used], ["latitude", "longitude"]].to_numpy()
    there = theirs.loc[used, ["Latitude", "Longitude"]].to_numpy(float)
    away_km = great_circle_km(*here.T, *there.T)
    differ = {code for code, km in zip(used, away_km, strict=True) if km > AGREE_KM}
    assert len(used) > 1000
    assert differ <= set(KNOWN_DIFFERENCES), differ - set(KNOWN_DIFFERENCES)
    assert set(KNOWN_DIFFERENCES) <= differ, "no longer different: strike it from the list"


@pytest.mark.parametrize(
    ("code", "latitude", "longitude"),
    [
        ("ELLX", 49.6266, 6.2115),
        ("EBLG", 50.6374, 5.4432),
        ("EBBR", 50.9014, 4.4844),
        ("EBOS", 51.1989, 2.8622),
        ("ZHEC", 30.3412, 115.0393),
        ("ZPPP", 25.1019, 102.9292),
        ("OIIE", 35.4161, 51.1522),
        ("UTAA", 37.9868, 58.361),
    ],
)
def test_hubs_lie_where_their_runways_are(code: str, latitude: float, longitude: float) -> None:
    row = load_airports().loc[code]
    assert great_circle_km(row["latitude"], row["longitude"], latitude, longitude) < 2


def test_corrected_positions_are_the_package_read_as_degrees_and_minutes() -> None:
    package = airportsdata.load("ICAO")
    rows = read_corrections().query("reason.str.startswith('degrees and minutes')")
    assert len(rows) >= 19
    for row in rows.itertuples():
        given = [package[row.code][axis] for axis in ("lat", "lon")]
        reread = [np.trunc(each) + (each - np.trunc(each)) * 100 / 60 for each in given]
        assert great_circle_km(*reread, row.latitude, row.longitude) < 1.5, row.code
        assert great_circle_km(*given, row.latitude, row.longitude) > AGREE_KM, row.code


def test_every_correction_says_why_from_where_and_when() -> None:
    rows = read_corrections()
    assert set(rows["kind"]) == {"added", "alias", "code", "elevation", "position"}
    assert (rows[["reason", "source", "date"]] != "").all(axis=None)
    pd.to_datetime(rows["date"], format="%Y-%m-%d")
    assert not rows.duplicated(["code", "kind", "was"]).any()
    assert rows["latitude"].dropna().between(-90, 90).all()
    placed = rows["kind"].isin(["added", "position"])
    assert rows.loc[placed, ["latitude", "longitude"]].notna().all(axis=None)
    package = airportsdata.load("ICAO")
    assert all((code in package) == (kind != "added") for code, kind in _unaliased(rows))


def _unaliased(rows: pd.DataFrame) -> list[tuple[str, str]]:
    named = rows["was"].where(rows["kind"] == "code", rows["code"])
    return list(zip(named, rows["kind"], strict=True))


def test_table_has_each_code_once_with_a_known_country() -> None:
    airports = load_airports()
    assert airports.index.is_unique
    assert set(airports["country"]) <= set(load_country_names())
    assert airports[["latitude", "longitude"]].notna().all(axis=None)
    assert airports["latitude"].between(-90, 90).all()
    assert airports["longitude"].between(-180, 180).all()


def test_private_strips_heliports_and_annexes_are_no_candidates() -> None:
    rank = load_airports()["rank"]
    assert rank[["ELLX", "KJFK", "ZHEC"]].eq(SERVED).all()
    assert rank["00AK"] == STRIP
    assert rank["EBMB"] == STRIP, "Melsbroek shares the runways of Brussels"
    wet = load_airports()["name"].str.contains("Heliport|Seaplane Base")
    assert wet.sum() > 10
    assert rank[wet].eq(STRIP).all()
    codes, _ = nearest_airports(50.913, 4.49)
    assert codes[0, 0] == "EBBR"


def test_aircraft_at_a_hub_is_at_the_hub_whatever_strips_lie_around() -> None:
    hubs = load_airports().loc[["ELLX", "EBLG", "EDDP", "ZHEC", "OMDW", "KMEM", "VHHH"]]
    rng = np.random.default_rng(7)
    courses = rng.uniform(0, 360, (len(hubs), 50))
    lat, lon = destination_point(
        hubs["latitude"].to_numpy()[:, None], hubs["longitude"].to_numpy()[:, None], courses, 2.5
    )
    codes, away_km = nearest_airports(lat.ravel(), lon.ravel())
    assert (codes.reshape(lat.shape) == hubs.index.to_numpy()[:, None]).all()
    assert away_km == pytest.approx(2.5, abs=1e-3)


def test_nearest_is_the_least_weighted_distance_over_all_candidates() -> None:
    airports = load_airports().query("rank <= @FIELD")
    places = airports[["latitude", "longitude"]].to_numpy()
    rng = np.random.default_rng(3)
    lat, lon = np.degrees(np.arcsin(rng.uniform(-1, 1, 40))), rng.uniform(-180, 180, 40)
    codes, away_km = nearest_airports(lat, lon, count=3)
    for row in range(40):
        true_km = great_circle_km(lat[row], lon[row], *places.T)
        weighed = true_km * np.where(airports["rank"] == FIELD, FIELD_WEIGHT, 1.0)
        best = np.argsort(weighed, kind="stable")[:3]
        assert list(codes[row]) == list(airports.index[best])
        assert away_km[row] == pytest.approx(true_km[best], abs=1e-6)


def test_nearest_across_the_antimeridian_and_at_unknown_places() -> None:
    taveuni = load_airports().loc["NFNM"]
    codes, away_km = nearest_airports([taveuni["latitude"], np.nan], [180.01, 10.0], count=2)
    assert codes[0, 0] == "NFNM"
    assert away_km[0, 0] < 20
    assert list(codes[1]) == ["", ""]
    assert np.isnan(away_km[1]).all()


def test_former_codes_lead_to_the_field() -> None:
    assert current_code("UTTT") == "UZTT"
    assert find_airport(" utTT ") == "UZTT"
    assert "UTTT" in all_codes(frozenset({"UZTT"}))
    assert all_codes(frozenset({"ELLX"})) == {"ELLX"}


@pytest.mark.parametrize(("asked", "hint"), [("LUX", "ELLX"), ("luxembourg", "ELLX"), ("", "four")])
def test_unknown_airport_gets_the_nearest_suggestions(asked: str, hint: str) -> None:
    with pytest.raises(InvalidInput, match=hint):
        find_airport(asked)
