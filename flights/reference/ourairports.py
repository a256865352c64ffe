"""The `airports.csv` of OurAirports (public domain), read at run time; none is shipped.

References
----------
Columns: https://ourairports.com/help/data-dictionary.html
"""

from pathlib import Path

import pandas as pd

from flights.errors import BadPayload

_TYPES = ("large_airport", "medium_airport", "small_airport")
_NEEDED = ["ident", "type", "name", "latitude_deg", "longitude_deg", "iso_country"]
_OPTIONAL = ["elevation_ft", "iata_code", "icao_code", "gps_code"]


def read_ourairports(path: Path) -> pd.DataFrame:
    """Airfields for landplanes that are open and have an ICAO code (`code`, four letters).

    Columns `name`, `iata` ("" = none), `country` (ISO 3166 alpha-2), `latitude`, `longitude`
    [deg], `elevation_ft` (NaN = unknown).

    Raises
    ------
    BadPayload
        The file cannot be read, lacks a column, or has no airfield.
    """
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise BadPayload(f"{path} cannot be read as a table: {error}") from error
    lacking = [name for name in _NEEDED if name not in raw]
    if lacking:
        raise BadPayload(
            f"{path} lacks {', '.join(lacking)}: it is not the airports.csv of OurAirports."
        )
    fields = _fields(raw.reindex(columns=[*_NEEDED, *_OPTIONAL], fill_value=""))
    if fields.empty:
        raise BadPayload(f"{path}: no row of {len(raw)} is an open airfield with an ICAO code.")
    return fields


def _fields(raw: pd.DataFrame) -> pd.DataFrame:
    latitude, longitude = (_number(raw[f"{name}_deg"]) for name in ("latitude", "longitude"))
    country = raw["iso_country"].where(raw["iso_country"].str.fullmatch("[A-Z]{2}"), "")
    fields = pd.DataFrame(
        {
            "code": _code(raw),
            "name": raw["name"].str.slice(0, 120),
            "iata": raw["iata_code"].where(raw["iata_code"].str.fullmatch("[A-Z0-9]{3}"), ""),
            "country": country,
            "latitude": latitude.where(latitude.abs() <= 90),
            "longitude": longitude.where(longitude.abs() <= 180),
            "elevation_ft": _number(raw["elevation_ft"]),
        }
    )
    wanted = raw["type"].isin(_TYPES) & (fields["code"] != "")
    placed = fields[["latitude", "longitude"]].notna().all(axis=1)
    return fields[wanted & placed].drop_duplicates("code").set_index("code").sort_index()


def _code(raw: pd.DataFrame) -> pd.Series:
    """`icao_code`; in editions without that column, the first of two others with four letters."""
    code = pd.Series("", index=raw.index)
    for name in ("icao_code",) if raw["icao_code"].any() else ("ident", "gps_code"):
        valid = raw[name].str.fullmatch("[A-Z]{4}")
        code = code.where(code != "", raw[name].where(valid, ""))
    return code


def _number(text: pd.Series) -> pd.Series:
    return pd.to_numeric(text, errors="coerce").astype(float)
