"""Airports: the `airportsdata` package with corrections, and the nearest airfields of a place.

The package places some of the busiest cargo airports 15 to 45 km away from their true position.
`data/airports_corrections.csv` corrects what two other sources agree on, each with a reason.
"""

from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from flights.config import read_settings
from flights.errors import InvalidInput
from flights.records import InputFile
from flights.reference.earth import EARTH_RADIUS_KM
from flights.reference.editions import input_of
from flights.reference.ourairports import read_ourairports

COLUMNS = ["name", "iata", "country", "latitude", "longitude", "elevation_ft", "rank"]

SERVED, FIELD, STRIP = 0, 1, 2
"""Rank of an airport: has an IATA code | a four-letter ICAO code | a private strip, a
heliport, a seaplane base, or a field next to a served one."""

FIELD_WEIGHT = 3.0
"""A field without an IATA code must be nearer than a served one by this factor to be chosen."""

CODE_LETTERS = 4

SAME_FIELD_KM = 3.0
"""A field this near to a served airport shares its runways or its traffic circuit [km]."""

_NOT_FOR_LANDPLANES = r"heliport|helipad|seaplane|water aerodrome|\bSPB\b"


@cache
def load_airports() -> pd.DataFrame:
    """All airports by ICAO code (`code`): `COLUMNS`; country is ISO 3166 alpha-2, "" = none.

    Positions in degrees; `elevation_ft` is NaN where unknown. All callers share one frame: do
    not change it. FLIGHTS_AIRPORTS may name a table with more airfields.
    """
    frame = _read_package()
    for kind, rows in read_corrections().groupby("kind", sort=True):
        frame = _correct(frame, str(kind), rows)
    extra = read_settings().airports
    if extra:
        frame = supplement_airports(frame, read_ourairports(extra))
    frame["rank"] = _rank(frame)
    return frame.sort_index()[COLUMNS]


def supplement_airports(shipped: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """The shipped airfields, and those of `other` that are not among them.

    Where both have an airfield, the shipped row is used: it was checked against several sources,
    and the days in the archive were read with it. A field within `SAME_FIELD_KM` of a shipped one
    counts as the same under another code.
    """
    aliases = _aliases()
    unknown = other[[code not in shipped.index and code not in aliases for code in other.index]]
    plain = shipped[shipped.index.str.fullmatch("[A-Z]{4}")]
    is_new = _distance_km(unknown, plain) >= SAME_FIELD_KM
    return pd.concat([shipped, unknown[is_new][COLUMNS[:-1]]])


@cache
def airports_input() -> tuple[InputFile, ...]:
    """For the ledger: the table that adds to the shipped one; () = none."""
    extra = read_settings().airports
    return (input_of(extra),) if extra else ()


@cache
def read_corrections() -> pd.DataFrame:
    """The corrections as shipped; text columns are text, "" where empty."""
    with (
        resources.files("flights.reference.data")
        .joinpath("airports_corrections.csv")
        .open() as file
    ):
        return pd.read_csv(
            file,
            dtype={"latitude": float, "longitude": float, "elevation_ft": float},
            keep_default_na=False,
            na_values={"latitude": [""], "longitude": [""], "elevation_ft": [""]},
        )


def current_code(code: str) -> str:
    """The code of a field in `load_airports`, from its current or a former code.

    >>> current_code("uttt"), current_code("ELLX")
    ('UZTT', 'ELLX')
    """
    plain = code.strip().upper()
    return _aliases().get(plain, plain)


def all_codes(codes: frozenset[str]) -> frozenset[str]:
    """The codes, and all former codes of their fields."""
    return codes | {was for was, now in _aliases().items() if now in codes}


def find_airport(text: str) -> str:
    """Code of the airport that a user names by ICAO code.

    Raises
    ------
    InvalidInput
        There is none; the message suggests codes, also from an IATA code or a name.
    """
    code = current_code(text)
    if code in load_airports().index:
        return code
    hints = [f"{each} ({name})" for each, name in _similar(text.strip()).items()]
    hint = f"Did you mean {' or '.join(hints)}?" if hints else "It has four letters, as in ELLX."
    raise InvalidInput(f"{text.strip()!r} is not a known ICAO airport code. {hint}")


def nearest_airports(
    latitude: ArrayLike, longitude: ArrayLike, *, count: int = 1
) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    """Codes and distances [km] of the `count` most likely fields, both of shape (n, count).

    Candidates have rank `SERVED` or `FIELD`. They are ordered by distance, where a field
    without an IATA code counts as `FIELD_WEIGHT` times as far: a strip next to a hub does not
    get the hub's traffic, and an aircraft on a strip is still found there. The result has the
    true distances. A position [deg] that is NaN gives "" and NaN.
    """
    places = _unit_vectors(latitude, longitude)
    known = np.isfinite(places).all(axis=1)
    codes = np.full((len(places), count), "", dtype="U4")
    distances = np.full((len(places), count), np.nan)
    if known.any():
        codes[known], distances[known] = _weigh(places[known], count)
    return codes, distances


def _read_package() -> pd.DataFrame:
    import airportsdata

    frame = pd.DataFrame(airportsdata.load("ICAO").values()).set_index("icao")
    frame.index.name = "code"
    frame = frame.rename(columns={"lat": "latitude", "lon": "longitude"})
    return frame.assign(elevation_ft=frame.pop("elevation"))[COLUMNS[:-1]]


def _correct(frame: pd.DataFrame, kind: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Apply the corrections of one kind; `alias` rows add only codes."""
    fixes = rows.set_index("code")[COLUMNS[:-1]]
    if kind == "added":
        return pd.concat([frame, fixes])
    if kind == "code":
        frame = frame.rename(index=dict(zip(rows["was"], rows["code"], strict=True)))
    corrected = frame.copy()
    corrected.update(fixes.replace("", np.nan))
    return corrected


def _rank(frame: pd.DataFrame) -> NDArray[np.int8]:
    served = (frame["iata"] != "").to_numpy()
    plain = frame.index.str.fullmatch("[A-Z]{4}")
    wet = frame["name"].str.contains(_NOT_FOR_LANDPLANES, case=False, regex=True).to_numpy()
    rank = np.where(served, SERVED, np.where(plain, FIELD, STRIP))
    near_served = _distance_km(frame, frame[served & ~wet]) < SAME_FIELD_KM
    rank[wet | ((rank == FIELD) & near_served)] = STRIP
    return rank.astype(np.int8)


def _distance_km(fields: pd.DataFrame, others: pd.DataFrame) -> NDArray[np.float64]:
    """Distance of each field to the nearest of the others [km]."""
    from scipy.spatial import KDTree

    places, known = (_unit_vectors(f["latitude"], f["longitude"]) for f in (fields, others))
    chords, _ = KDTree(known).query(places)
    return _chord_km(chords)


def _similar(text: str) -> dict[str, str]:
    """Up to three airports that may be meant: by IATA code, by name, by similar codes."""
    airports = load_airports()
    by_iata = airports[(airports["iata"] == text.upper()) & (text != "")]
    by_name = airports[
        (airports["rank"] == SERVED)
        & airports["name"].str.contains(text, case=False, regex=False)
        & (len(text) > 3)
    ]
    served = airports.index[airports["rank"] == SERVED]
    similar = get_close_matches(text.upper(), served, n=3, cutoff=0.7)
    found = [
        *by_iata.index,
        *(similar if len(text) == CODE_LETTERS else []),
        *by_name.index,
        *similar,
    ]
    return {str(code): str(airports["name"][code]) for code in [*dict.fromkeys(found)][:3]}


@cache
def _aliases() -> dict[str, str]:
    rows = read_corrections()
    rows = rows[rows["was"] != ""]
    return dict(zip(rows["was"], rows["code"], strict=True))


@cache
def _tree(rank: int) -> tuple[Any, NDArray[np.object_]]:
    """KD-tree of the fields of one rank, and their codes."""
    from scipy.spatial import KDTree

    fields = load_airports().query("rank == @rank")
    return KDTree(_unit_vectors(fields["latitude"], fields["longitude"])), fields.index.to_numpy()


def _weigh(places: NDArray[np.float64], count: int) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    codes, distances, weighed = [], [], []
    for rank, weight in ((SERVED, 1.0), (FIELD, FIELD_WEIGHT)):
        tree, names = _tree(rank)
        chords, found = tree.query(places, k=list(range(1, count + 1)))
        codes.append(names[found])
        distances.append(_chord_km(chords))
        weighed.append(distances[-1] * weight)
    order = np.argsort(np.hstack(weighed), axis=1, kind="stable")[:, :count]
    return (
        np.take_along_axis(np.hstack(codes), order, axis=1).astype("U4"),
        np.take_along_axis(np.hstack(distances), order, axis=1),
    )


def _unit_vectors(latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.float64]:
    """Points [deg] on the unit sphere, shape (n, 3)."""
    lat = np.radians(np.atleast_1d(np.asarray(latitude, dtype=float)))
    lon = np.radians(np.atleast_1d(np.asarray(longitude, dtype=float)))
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _chord_km(chord: ArrayLike) -> NDArray[np.float64]:
    """Great-circle length [km] of a chord of the unit sphere."""
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.clip(np.asarray(chord) / 2, 0, 1))
