"""Days that the made-up archive lost: as in June 2025, just before an event."""

from datetime import date, timedelta

from flights.sources.simulated.world.timetable import EVENT_IN_JUNE

PARTIAL_SHARE = 0.2
"""Share of the partial day, from its midnight on, that is left."""

_MISSING = "SIMULATED: the made-up publisher lost this day; nothing is to be had."
_PARTIAL = (
    "SIMULATED: the made-up file of this day breaks off: "
    f"only the first {PARTIAL_SHARE:.0%} of the day can be read."
)


def _hole() -> dict[date, tuple[str, str]]:
    """Nine lost days and a broken one, up to the eve of the event in June."""
    lost = {
        EVENT_IN_JUNE - timedelta(days=back): ("missing", _MISSING) for back in range(10, 1, -1)
    }
    return lost | {EVENT_IN_JUNE - timedelta(days=1): ("partial", _PARTIAL)}


HOLES = _hole()
"""Status and reason of each day that is not complete; all others are."""
