"""Settings from the environment, read at each call."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ARCHIVE_VARIABLE = "FLIGHTS_ARCHIVE"
AIRCRAFT_VARIABLE = "FLIGHTS_AIRCRAFT"
AIRPORTS_VARIABLE = "FLIGHTS_AIRPORTS"
CACHE_VARIABLE = "FLIGHTS_CACHE"
MIRRORS_VARIABLE = "FLIGHTS_MIRRORS"
CARGO_VARIABLE = "FLIGHTS_CARGO"


@dataclass(frozen=True)
class Settings:
    """The archive's folder, and optional tables of the user.

    `aircraft` names airframes (see `reference.aircraft`). `airports` is a table of OurAirports
    with airfields that the shipped one lacks. `cache` has downloads and may be deleted.
    `mirrors`: address of a public server -> address to use instead, for institutes that have
    a copy. `cargo` is a user's own cargo list (see `cargo.own_list`).
    """

    archive: Path
    aircraft: Path | None = None
    cache: Path = Path("cache")
    mirrors: Mapping[str, str] = field(default_factory=dict)
    airports: Path | None = None
    cargo: Path | None = None

    def server(self, address: str) -> str:
        """The address to use: `address` (scheme and host), or its mirror."""
        return self.mirrors.get(address, address)


def read_settings(archive: str | os.PathLike[str] | None = None) -> Settings:
    """Settings from the arguments first, then the environment, then `./data`."""
    chosen = archive or os.environ.get(ARCHIVE_VARIABLE) or "data"
    aircraft = os.environ.get(AIRCRAFT_VARIABLE)
    root = Path(chosen).expanduser()
    cache = os.environ.get(CACHE_VARIABLE)
    airports = os.environ.get(AIRPORTS_VARIABLE)
    cargo = os.environ.get(CARGO_VARIABLE)
    return Settings(
        root,
        Path(aircraft).expanduser() if aircraft else None,
        Path(cache).expanduser() if cache else root / "cache",
        _read_mirrors(os.environ.get(MIRRORS_VARIABLE, "")),
        Path(airports).expanduser() if airports else None,
        Path(cargo).expanduser() if cargo else None,
    )


def _read_mirrors(text: str) -> dict[str, str]:
    """Pairs such as `https://github.com=http://127.0.0.1:8080`, divided by blanks."""
    pairs = (each.partition("=") for each in text.split())
    return {public.rstrip("/"): own.rstrip("/") for public, equals, own in pairs if equals}
