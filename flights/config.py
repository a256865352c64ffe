"""The environment, read when asked, as frozen settings."""

import os
from dataclasses import dataclass
from pathlib import Path

ARCHIVE_VARIABLE = "FLIGHTS_ARCHIVE"
AIRCRAFT_VARIABLE = "FLIGHTS_AIRCRAFT"


@dataclass(frozen=True)
class Settings:
    """Where the archive lies, and which aircraft table (if any) names airframes."""

    archive: Path
    aircraft: Path | None = None


def read_settings(archive: str | os.PathLike[str] | None = None) -> Settings:
    """Settings from the arguments first, then the environment, then `./data`."""
    chosen = archive or os.environ.get(ARCHIVE_VARIABLE) or "data"
    aircraft = os.environ.get(AIRCRAFT_VARIABLE)
    return Settings(Path(chosen).expanduser(), Path(aircraft).expanduser() if aircraft else None)
