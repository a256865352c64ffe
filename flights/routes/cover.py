"""What a series has of a route: flights outside its area or scope are unknown, not zero."""

from dataclasses import dataclass, replace

import numpy as np
from shapely.geometry import box as make_box

from flights.reference.airports import load_airports
from flights.regions import is_anywhere, parse_region
from flights.regions.base import Region, describe_place
from flights.sources import SourceSpec

Box = tuple[float, float, float, float]
"""South, west, north, east [deg]."""

ENDS = ("origin", "destination")


@dataclass(frozen=True)
class RouteCover:
    """What a series has of a route.

    `refusal` is a sentence where the series cannot count the route, else "". `notes` are
    sentences to show with the counts. `exposed` are the ends where the series has all traffic,
    so that exposure can be measured there; `neither` is True where it also has flights with no
    known end. `frequency` is a sentence where flights may be shown but not counted over time.
    """

    refusal: str = ""
    notes: tuple[str, ...] = ()
    exposed: frozenset[str] = frozenset(ENDS)
    neither: bool = True
    frequency: str = ""


def judge_cover(spec: SourceSpec, scope: str, origin: Region, destination: Region) -> RouteCover:
    """What a series narrowed to `scope` ("" = not narrowed) has of a route.

    Raises
    ------
    InvalidInput
        The scope names a region that cannot be read.
    """
    ends = dict(zip(ENDS, (origin, destination), strict=True))
    boxed = _judge_box(spec, ends)
    kind, _, text = scope.partition(":")
    if boxed.refusal or kind not in ("regions", "icao24"):
        return boxed
    if kind == "icao24":
        count = len(text.split(","))
        return RouteCover(notes=boxed.notes, frequency=_SOME_AIRCRAFT.format(count=count))
    narrowed = _judge_regions(parse_region(text), ends)
    return replace(narrowed, notes=boxed.notes + narrowed.notes)


def format_series_title(title: str, scope: str) -> str:
    """Title of a series: that of its source and what it was narrowed to.

    >>> format_series_title("A list", "regions:airport:ELLX+country:IS")
    'A list: Luxembourg-Findel International Airport (ELLX) and Iceland'
    >>> format_series_title("A list", "icao24:4d0103"), format_series_title("A list", "")
    ('A list: 1 chosen aircraft', 'A list')
    """
    kind, _, text = scope.partition(":")
    if kind == "regions":
        return f"{title}: {parse_region(text).label}"
    if kind == "icao24":
        return f"{title}: {len(text.split(','))} chosen aircraft"
    return title


def format_box(box: Box) -> str:
    """The area as text.

    >>> format_box((26.74617, -25.86653, 70.25976, 49.65699))
    '26.7 N 25.9 W to 70.3 N 49.7 E'
    """
    south, west, north, east = (round(each, 1) for each in box)
    return f"{describe_place(south, west)} to {describe_place(north, east)}"


def count_inside(region: Region, box: Box) -> tuple[int, int]:
    """Number of airports of the region inside the box, and of all its airports.

    A region without airports counts as one place, inside where it intersects the box.
    """
    codes = sorted(region.airports())
    south, west, north, east = box
    if not codes:
        return int(region.shape().intersects(make_box(west, south, east, north))), 1
    fields = load_airports().reindex(codes)
    latitude, longitude = fields["latitude"].to_numpy(), fields["longitude"].to_numpy()
    inside = (latitude >= south) & (latitude <= north)
    inside &= (longitude >= west) & (longitude <= east)
    return int(np.sum(inside)), len(codes)


_SOME_AIRCRAFT = (
    "This series has only {count} chosen aircraft, so it cannot say how often a route was flown. "
    "Use a series with all aircraft."
)


def _judge_box(spec: SourceSpec, ends: dict[str, Region]) -> RouteCover:
    if spec.box is None:
        return RouteCover()
    area, notes = format_box(spec.box), []
    for region in dict.fromkeys(ends.values()):
        if is_anywhere(region):
            notes.append(f"“{spec.title}” has only flights heard in its area, {area}.")
            continue
        inside, whole = count_inside(region, spec.box)
        if not inside:
            return RouteCover(
                f"{region.label} is outside the area of “{spec.title}” ({area}). This source has "
                "no "
                "flights there, which does not mean that there were none. Choose another source."
            )
        if inside < whole:
            notes.append(
                f"{inside} of {whole} airports of {region.label} are in the area of "
                f"“{spec.title}” ({area}); flights of the others are missing."
            )
    return RouteCover(notes=tuple(dict.fromkeys(notes)))


def _judge_regions(scope: Region, ends: dict[str, Region]) -> RouteCover:
    """Of a series of flights with at least one end in `scope`."""
    if is_anywhere(scope):
        return RouteCover()
    exposed = frozenset(end for end, region in ends.items() if _is_inside(region, scope))
    if not exposed:
        origin, destination = (region.label for region in ends.values())
        return RouteCover(
            f"This series has only flights from or to {scope.label}. It has neither all flights of "
            f"{origin} nor all of {destination}, so it cannot count this route. Narrow the "
            "question to these airports, or choose another source."
        )
    neither = "Flights with neither end known are not in this series."
    if len(exposed) == len(ENDS):
        return RouteCover(notes=(neither,), exposed=exposed, neither=False)
    note = _ONE_END[next(iter(exposed))].format(
        scope=scope.label, **{end: region.label for end, region in ends.items()}
    )
    return RouteCover(notes=(note, neither), exposed=exposed, neither=False)


def _is_inside(region: Region, scope: Region) -> bool:
    codes = region.airports()
    return not is_anywhere(region) and bool(codes) and codes <= scope.airports()


_ONE_END = {
    "destination": "This series has only flights from or to {scope}. Flights from {origin} with an "
    "unknown destination are missing, so they are not in the upper bound; exposure is that of "
    "{destination} only.",
    "origin": "This series has only flights from or to {scope}. Flights to {destination} with an "
    "unknown origin are missing, so they are not in the upper bound; exposure is that of "
    "{origin} only.",
}
