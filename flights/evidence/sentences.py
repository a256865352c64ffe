"""The report of a flight in sentences: what was heard, the gaps, and what is possible."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from flights.evidence.flight_report import DESCENDING_FPM, ENDS, EndGap, FlightReport
from flights.evidence.reach import HORIZON_S, longest_stay_s
from flights.evidence.reasons import explain_end
from flights.reception.silence import FELL, HARDLY, OTHERS
from flights.records import describe_flags
from flights.records.amounts import format_height, format_moment, format_position, format_span
from flights.reference.airports import load_airports
from flights.reference.countries import country_name
from flights.reference.whereabouts import add_article, format_whereabouts
from flights.regions.base import Region

NAMED = 3
"""Number of likeliest airports in a sentence."""

UNTIL_UNKNOWN = "until when is not known"

_HEARING = {
    OTHERS: "other aircraft were heard there at the time",
    HARDLY: "hardly any aircraft are heard there",
    FELL: "reception there was lower than usual that day",
}
_NOWHERE = "the start or end of the gap in reception is at an unknown place"
_NOT_KNOWN = "reception there is not known"


def describe_flight_report(story: FlightReport, region: Region | None = None) -> list[str]:
    """The report in sentences, in the order of the flight; with a verdict on `region`."""
    flight = story.flight
    lines = [_format_heading(flight), *_describe_known_ends(flight)]
    for gap in story.gaps:
        lines += describe_gap(gap, flight, region)
    return [*lines, *_describe_other_sources(story)]


def describe_flight_briefly(story: FlightReport, region: Region | None = None) -> str:
    """The report in one or two sentences: the lost ends, or that both ends are known.

    For each lost end: where it was lost, reception there, where the airframe was heard next,
    and what is possible in `region` or at the likeliest airport.
    """
    if not story.gaps:
        return _format_both_ends(story.flight)
    return " ".join(_format_gap(gap, story.flight, region) for gap in story.gaps)


def describe_flight_details(story: FlightReport, region: Region | None = None) -> list[str]:
    """What `describe_flight_briefly` leaves out, with the numbers."""
    lines = [
        _format_heading(story.flight),
        *(_describe_known_ends(story.flight) if story.gaps else ()),
    ]
    for gap in story.gaps:
        missing = _describe_missing_days(gap) if gap.neighbour is not None else ()
        others = (_format_candidates(gap),) if region is not None else ()
        lines += [gap.silence.sentence, *_describe_integrity(gap), *missing, *others]
    return [*lines, *_describe_other_sources(story)]


def _format_heading(flight: pd.Series) -> str:
    name = flight["callsign"] if pd.notna(flight["callsign"]) else "without a callsign"
    what = ", ".join(
        str(flight[n]) for n in ("registration", "typecode", "model") if pd.notna(flight[n])
    )
    heard = f"heard {_format_times(flight['firstseen'], flight['lastseen'])}"
    return f"{name}, {flight['icao24']}{f' ({what})' if what else ''}: {heard}."


def write_next(moment: pd.Timestamp, before: pd.Timestamp) -> str:
    """A time after a known one: with its day only where that is different.

    >>> write_next(pd.Timestamp("2026-02-28 16:15Z"), pd.Timestamp("2026-02-28 09:22Z"))
    '16:15 UTC'
    """
    return f"{moment:%H:%M} UTC" if moment.date() == before.date() else format_moment(moment)


def _format_times(first: pd.Timestamp, last: pd.Timestamp) -> str:
    if pd.isna(last):
        return f"{format_moment(first)}, {UNTIL_UNKNOWN}"
    start = format_moment(first)
    return f"{start.removesuffix(' UTC')} to {write_next(last, first)}"


def _format_both_ends(flight: pd.Series) -> str:
    start, stop = _format_end(flight, "origin"), _format_end(flight, "destination")
    guessed = [end for end in ENDS if flight[f"{end}_evidence"] == "estimated"]
    known = "both ends are known"
    if guessed:
        known = f"{' and '.join(guessed)} estimated by the source"
    silence = flight["longest_silence_s"]
    unheard = ""
    if pd.notna(silence) and silence >= 60:
        unheard = f"; the longest gap in reception in between was {format_span(float(silence))}"
    times = _format_times(flight["firstseen"], flight["lastseen"])
    return f"From {start} to {stop}, {times}: {known}{unheard}."


def _describe_known_ends(flight: pd.Series) -> Iterator[str]:
    for end in ENDS:
        if flight[f"{end}_evidence"] != "lost":
            yield explain_end(flight.to_dict(), end, "")


def describe_gap(gap: EndGap, flight: pd.Series, region: Region | None = None) -> list[str]:
    """The gap in reception at one end."""
    lines = [
        f"{_format_edge(gap, flight)}.",
        gap.silence.sentence,
        *_describe_integrity(gap),
        _as_sentence(_format_neighbour(gap)),
        *_describe_missing_days(gap),
        _format_candidates(gap),
    ]
    return [*lines, _format_region(gap, region)] if region is not None else lines


def _format_gap(gap: EndGap, flight: pd.Series, region: Region | None) -> str:
    hearing = _HEARING.get(gap.silence.kind, _NOT_KNOWN)
    text = f"{_format_edge(gap, flight)}; {hearing}; {_format_neighbour(gap)}."
    if gap.days_missing and gap.neighbour is None:
        text += " " + " ".join(_describe_missing_days(gap))
    return (
        f"{text} {_format_candidates(gap) if region is None else _format_region_stay(gap, region)}"
    )


def _describe_integrity(gap: EndGap) -> Iterator[str]:
    """Only where the day has such values; heatmaps and lists have none."""
    if gap.integrity is not None and gap.integrity.aircraft is not None:
        yield gap.integrity.sentence


def _as_sentence(clause: str) -> str:
    return f"{clause[0].upper()}{clause[1:]}."


def _describe_missing_days(gap: EndGap) -> Iterator[str]:
    if gap.days_missing:
        days = ", ".join(f"{day.day} {day:%b %Y}" for day in gap.days_missing)
        yield f"Not complete in this archive: {days}. Records may exist that this archive lacks."


def _format_edge(gap: EndGap, flight: pd.Series) -> str:
    edge = ENDS[gap.end]
    verb, moment = ("First", "firstseen") if gap.end == "origin" else ("Last", "lastseen")
    if pd.isna(flight[moment]):
        return f"{_format_start(flight)}, {UNTIL_UNKNOWN}"
    height = format_height(flight[f"{edge}_altitude_ft"])
    place = _format_whereabouts(flight[f"{edge}_latitude"], flight[f"{edge}_longitude"])
    moving = ""
    if np.isfinite(gap.trend.climb_fpm):
        descending = gap.trend.climb_fpm <= DESCENDING_FPM
        climbing = gap.trend.climb_fpm >= -DESCENDING_FPM
        moving = ", descending" if descending else ", climbing" if climbing else ", level"
    return f"{verb} heard {format_moment(flight[moment])} {height} {place}{moving}"


def _format_start(flight: pd.Series) -> str:
    """Where and when a flight began whose later record is unknown."""
    start = _format_end(flight, "origin")
    where = f"from {start}" if start else "from an unknown place"
    return f"In flight {where} since {format_moment(flight['firstseen'])}"


def _format_whereabouts(latitude: float, longitude: float) -> str:
    """The country below and the position, or only the position."""
    place = format_position(latitude, longitude)
    known = pd.notna(latitude) and pd.notna(longitude)
    named = format_whereabouts(float(latitude), float(longitude)) if known else ""
    return f"over {named} ({place.removeprefix('over ')})" if named else place


def _format_neighbour(gap: EndGap) -> str:
    """A clause on where the airframe was heard at the other end of the gap."""
    other, stretch = gap.neighbour, gap.stretch
    if np.isnan(stretch.left_at[0]) and gap.end == "destination":
        return "later records set no limit"
    if other is None:
        side = "before" if gap.end == "origin" else "after"
        return f"this archive has no record of it in the {HORIZON_S // 3600} h {side}"
    left, back = (
        pd.Timestamp(at[0], unit="s", tz="UTC") for at in (stretch.left_at, stretch.back_at)
    )
    spent = format_span((back - left).total_seconds())
    if gap.end == "destination":
        where, end = _format_far_end(other, "origin", "leaving"), _format_end(other, "destination")
        onward = f" for {end}" if end else ""
        return f"heard again {spent} later, {where} at {write_next(back, left)}{onward}"
    where = _format_far_end(other, "destination", "arriving at")
    return f"heard {spent} before, {where} at {write_next(left, back)}"


def _format_far_end(flight: pd.Series, end: str, verb: str) -> str:
    if code := _format_end(flight, end):
        return f"{verb} {code}"
    edge = ENDS[end]
    place = _format_whereabouts(flight[f"{edge}_latitude"], flight[f"{edge}_longitude"])
    return f"in the air {place}"


def _format_end(flight: pd.Series, end: str) -> str:
    """The airport of an end by code and name; "" where the end is lost."""
    code = flight[end]
    if pd.isna(code) or flight[f"{end}_evidence"] == "lost":
        return ""
    fields = load_airports()
    return f"{code} ({fields['name'][code]})" if code in fields.index else str(code)


def _format_candidates(gap: EndGap) -> str:
    found = gap.candidates
    landing = _format_landing(gap)
    if not gap.stretch.is_placed[0]:
        return f"No airport can be excluded: {_NOWHERE}."
    if found.empty:
        return f"{landing} is excluded at every listed airport: it flew on without being heard."
    if len(found) == 1:
        return f"{landing} cannot be excluded at one airport only: {_format_best(gap)}."
    countries = found["country"].nunique()
    count = f"{len(found):,} airports" + (f" in {countries} countries" if countries > 1 else "")
    others = " and ".join(
        f"{code} ({name})"
        for code, name in zip(found["code"][1:NAMED], found["name"][1:NAMED], strict=True)
    )
    text = f"{landing} cannot be excluded at {count}"
    if gap.trend.leads_down(gap.end):
        movement = "last movement" if gap.end == "destination" else "first movement"
        return f"{text}; the best match of its {movement} is {_format_best(gap)}; then {others}."
    return (
        f"{text}; its movement points to none of them. "
        f"Among the nearest: {_format_best(gap)}; {others}."
    )


def _format_landing(gap: EndGap) -> str:
    """What is possible in the gap; without an earlier record it need not have landed before."""
    if gap.neighbour is not None:
        return "A landing in between"
    return "A landing" if gap.end == "destination" else "A take-off"


def _format_best(gap: EndGap) -> str:
    best = gap.candidates.iloc[0]
    named = f"{best['code']} ({best['name']}, {country_name(best['country'])})"
    return f"{named}, {best['away_km']:,.0f} km away{_stay(best['stay_s'])}"


def _stay(seconds: float) -> str:
    return f", with at most {format_span(seconds)} on the ground" if np.isfinite(seconds) else ""


def _measure_region(gap: EndGap, region: Region) -> tuple[float, int]:
    """Longest stay there [s], as `longest_stay_s`; number of airports where a landing fits."""
    fields = load_airports().reindex(sorted(region.airports())).dropna(subset=["latitude"])
    places = fields["latitude"].to_numpy(float), fields["longitude"].to_numpy(float)
    longest = float(longest_stay_s(gap.stretch, *places)[0])
    return longest, int(gap.candidates["code"].isin(region.airports()).sum())


def _format_region(gap: EndGap, region: Region) -> str:
    longest, fitting = _measure_region(gap, region)
    landing = _format_landing(gap).removesuffix(" in between").lower()
    if not gap.stretch.is_placed[0]:
        return f"{region.label}: {landing} there cannot be excluded; {_NOWHERE}."
    if np.isnan(longest):
        return f"{region.label}: in range, so {landing} there cannot be excluded."
    if fitting:
        return (
            f"{region.label}: {landing} at {fitting:,} of its airports cannot be excluded; it "
            f"would have left at most {format_span(longest)} on the ground."
        )
    return f"{region.label}: excluded, {_format_exclusion(longest)}."


def _format_region_stay(gap: EndGap, region: Region) -> str:
    """What is possible in a region, as a whole sentence."""
    longest, fitting = _measure_region(gap, region)
    what, between, rest = _format_landing(gap).partition(" in between")
    landing = f"{what} in {add_article(region.label)}{between}{rest}"
    if not gap.stretch.is_placed[0]:
        return f"{landing} cannot be excluded: {_NOWHERE}."
    if np.isnan(longest):
        side = "later" if gap.end == "destination" else "earlier"
        return f"{landing} cannot be excluded: it is in range, and nothing {side} sets a limit."
    if fitting:
        return f"{landing} would have left at most {format_span(longest)} on the ground."
    return f"{landing} is excluded: {_format_exclusion(longest)}."


def _format_exclusion(longest_s: float) -> str:
    if not np.isfinite(longest_s):
        return "it is out of range"
    if longest_s < 0:
        return f"the time is {format_span(-longest_s)} short of the way there and on"
    return f"it would have left only {format_span(longest_s)} on the ground"


def _describe_other_sources(story: FlightReport) -> Iterator[str]:
    """Other sources with this flight, their differences, and doubts about the record."""
    others = story.chain.witnesses[story.at]
    if len(others):
        names = ", ".join(sorted(set(others["source"])))
        yield f"Also heard by {names}: one flight in more than one source."
    known = others.dropna(subset=["lastseen"])
    if pd.isna(story.flight["lastseen"]) and len(known):
        last = known.loc[known["lastseen"].idxmax()]
        yield f"{last['source']} heard it until {format_moment(last['lastseen'])}."
    yield from story.chain.disagreements[story.at]
    flags = story.flight["flags"]
    yield from describe_flags(flags if pd.notna(flags) else "")
