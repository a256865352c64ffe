"""The flight that a page shows, as the parameters of an address and back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from analysis.study import Study
from flights.errors import InvalidInput

_ADDRESS = re.compile(r"~?[0-9a-f]{6}")


@dataclass(frozen=True)
class FlightRequest:
    """A flight of an airframe at (or nearest to) a time; `region` is a possible landing place."""

    source: str
    icao24: str
    around: datetime
    region: str = ""

    def to_query(self) -> dict[str, str]:
        """The request as the parameters of an address."""
        query = {
            "source": self.source,
            "icao24": self.icao24,
            "around": f"{self.around.astimezone(UTC):%Y-%m-%dT%H:%M}",
        }
        return query | ({"region": self.region} if self.region else {})


def from_query(query: Mapping[str, Any]) -> FlightRequest:
    """The request in a page's address.

    Raises
    ------
    InvalidInput
        A parameter is missing or cannot be read.
    """
    icao24 = str(query.get("icao24", "")).strip().lower()
    if not _ADDRESS.fullmatch(icao24):
        raise InvalidInput(
            f"{icao24!r} is not an aircraft address. Write six hex digits, for example 4d0113."
        )
    source = str(query.get("source", "")).strip()
    if not source:
        raise InvalidInput("No source is chosen. Choose one.")
    text = str(query.get("around", "")).strip()
    return FlightRequest(source, icao24, _read_moment(text), str(query.get("region", "")).strip())


def request_for(flight: pd.Series, region: str = "") -> FlightRequest:
    """The request for one flight of a table, at a moment in its middle (else at its start)."""
    first, last = flight["firstseen"], flight["lastseen"]
    around = first.ceil("min") if pd.isna(last) else (first + (last - first) / 2).round("min")
    source, icao24 = str(flight["source"]), str(flight["icao24"])
    return FlightRequest(source, icao24, around.to_pydatetime(), region)


def request_for_study(flight: pd.Series, study: Study) -> FlightRequest:
    """The request for a flight of a study: could its lost end be where the study asks?"""
    ends = ("destination", "origin")
    lost = [end for end in ends if flight[f"{end}_evidence"] == "lost"]
    regions = [getattr(study, end) for end in lost]
    return request_for(flight, next((each for each in regions if each != "world:"), ""))


def _read_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            f"{text!r} is not a time. Write it like 2026-02-28T09:00 (UTC)."
        ) from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
