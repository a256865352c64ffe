"""The environment, read when asked, as frozen settings."""

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
    """Where the archive lies, and which aircraft table (if any) names airframes.

    `airports` is a table of OurAirports with fields the shipped one lacks (see `reference`).
    `cache` holds what was fetched and may be deleted. `mirrors`: a public server's address ->
    the address to ask instead, for institutes that keep a copy. `cargo` is a user's own cargo
    list (see `overrides`).
    """

    archive: Path
    aircraft: Path | None = None
    cache: Path = Path("cache")
    mirrors: Mapping[str, str] = field(default_factory=dict)
    airports: Path | None = None
    cargo: Path | None = None

    def server(self, address: str) -> str:
        """The address to ask: `address` (scheme and host), or its mirror."""
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
    """`https://github.com=http://127.0.0.1:8080`, several divided by blanks."""
    pairs = (each.partition("=") for each in text.split())
    return {public.rstrip("/"): own.rstrip("/") for public, equals, own in pairs if equals}
