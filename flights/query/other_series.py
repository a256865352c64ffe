"""Which other series of an archive may have heard the same aircraft."""

from flights.archive import Archive
from flights.errors import InvalidInput
from flights.sources import find_spec


def list_other_series(archive: Archive, source: str) -> list[str]:
    """Other series of the world that `source` tells of; none for a simulated or unknown one."""
    if _is_made_up(source):
        return []
    return [each for each in archive.sources() if each != source and not _is_made_up(each)]


def _is_made_up(source: str) -> bool:
    """True too for a key nobody knows: what it tells of cannot be said."""
    try:
        return find_spec(source).simulated
    except InvalidInput:
        return True
