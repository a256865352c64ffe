"""A flight's story in sentences: what was heard, what nobody heard, and what that leaves open."""

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
from flights.reference.whereabouts import add_article, name_whereabouts
from flights.regions.base import Region

NAMED = 3
"""Likeliest airports that a sentence names."""

UNTIL_UNKNOWN = "until when is not known"

_HEARING = {
    OTHERS: "receivers heard others there at the time",
    HARDLY: "receivers hear hardly anyone there",
    FELL: "reception there fell that day",
}
_NOWHERE = "where the unheard stretch begins or ends is not known"
_NOT_KNOWN = "how well receivers hear there is not known"


def describe_flight_report(story: FlightReport, region: Region | None = None) -> list[str]:
    """The story in sentences, in the order of the flight; `region` is asked about by name."""
    flight = story.flight
    lines = [_open(flight), *_tell_known_ends(flight)]
    for gap in story.gaps:
        lines += describe_gap(gap, flight, region)
    return [*lines, *_tell_witnesses(story)]


def describe_flight_briefly(story: FlightReport, region: Region | None = None) -> str:
    """The story in the fewest words: the lost ends, or that both ends were heard.

    Of each lost end: where it was lost, what the receivers heard there, where the airframe was
    heard next, and what that leaves open in `region` or at the likeliest airport.
    """
    if not story.gaps:
        return _tell_both_ends(story.flight)
    return " ".join(_tell_gap_in_brief(gap, story.flight, region) for gap in story.gaps)


def describe_flight_details(story: FlightReport, region: Region | None = None) -> list[str]:
    """What `describe_flight_briefly` of the same region leaves out, with the figures."""
    lines = [_open(story.flight), *(_tell_known_ends(story.flight) if story.gaps else ())]
    for gap in story.gaps:
        missing = _tell_missing(gap) if gap.neighbour is not None else ()
        others = (_tell_candidates(gap),) if region is not None else ()
        lines += [gap.silence.sentence, *_tell_integrity(gap), *missing, *others]
    return [*lines, *_tell_witnesses(story)]


def _open(flight: pd.Series) -> str:
    name = flight["callsign"] if pd.notna(flight["callsign"]) else "without a callsign"
    what = ", ".join(
        str(flight[n]) for n in ("registration", "typecode", "model") if pd.notna(flight[n])
    )
    heard = f"heard {_write_times(flight['firstseen'], flight['lastseen'])}"
    return f"{name}, {flight['icao24']}{f' ({what})' if what else ''}: {heard}."


def write_next(moment: pd.Timestamp, before: pd.Timestamp) -> str:
    """A time beside an earlier or later one: the day only where it is another.

    >>> write_next(pd.Timestamp("2026-02-28 16:15Z"), pd.Timestamp("2026-02-28 09:22Z"))
    '16:15 UTC'
    """
    return f"{moment:%H:%M} UTC" if moment.date() == before.date() else format_moment(moment)


def _write_times(first: pd.Timestamp, last: pd.Timestamp) -> str:
    if pd.isna(last):
        return f"{format_moment(first)}, {UNTIL_UNKNOWN}"
    start = format_moment(first)
    return f"{start.removesuffix(' UTC')} to {write_next(last, first)}"


def _tell_both_ends(flight: pd.Series) -> str:
    start, stop = _name_end(flight, "origin"), _name_end(flight, "destination")
    guessed = [end for end in ENDS if flight[f"{end}_evidence"] == "estimated"]
    known = "both ends are known"
    if guessed:
        known = (
            f"{' and '.join(guessed)} as the source names {'it' if len(guessed) == 1 else 'them'}"
        )
    silence = flight["longest_silence_s"]
    unheard = ""
    if pd.notna(silence) and silence >= 60:
        unheard = f"; the longest stretch unheard in between was {format_span(float(silence))}"
    times = _write_times(flight["firstseen"], flight["lastseen"])
    return f"From {start} to {stop}, {times}: {known}{unheard}."


def _tell_known_ends(flight: pd.Series) -> Iterator[str]:
    for end in ENDS:
        if flight[f"{end}_evidence"] != "lost":
            yield explain_end(flight.to_dict(), end, "")


def describe_gap(gap: EndGap, flight: pd.Series, region: Region | None = None) -> list[str]:
    """The unheard stretch beside one end."""
    lines = [
        f"{_tell_edge(gap, flight)}.",
        gap.silence.sentence,
        *_tell_integrity(gap),
        _as_sentence(_tell_neighbour(gap)),
        *_tell_missing(gap),
        _tell_candidates(gap),
    ]
    return [*lines, _tell_region(gap, region)] if region is not None else lines


def _tell_gap_in_brief(gap: EndGap, flight: pd.Series, region: Region | None) -> str:
    hearing = _HEARING.get(gap.silence.kind, _NOT_KNOWN)
    said = f"{_tell_edge(gap, flight)}; {hearing}; {_tell_neighbour(gap)}."
    if gap.days_missing and gap.neighbour is None:
        said += " " + " ".join(_tell_missing(gap))
    return f"{said} {_tell_candidates(gap) if region is None else _tell_stay(gap, region)}"


def _tell_integrity(gap: EndGap) -> Iterator[str]:
    """Only where the day carries such values: heatmaps and lists do not."""
    if gap.integrity is not None and gap.integrity.aircraft is not None:
        yield gap.integrity.sentence


def _as_sentence(clause: str) -> str:
    return f"{clause[0].upper()}{clause[1:]}."


def _tell_missing(gap: EndGap) -> Iterator[str]:
    if gap.days_missing:
        days = ", ".join(f"{day.day} {day:%b %Y}" for day in gap.days_missing)
        yield f"Not complete in this archive: {days}. It may have been heard then and not be here."


def _tell_edge(gap: EndGap, flight: pd.Series) -> str:
    edge = ENDS[gap.end]
    verb, moment = ("First", "firstseen") if gap.end == "origin" else ("Last", "lastseen")
    if pd.isna(flight[moment]):
        return f"{_tell_start(flight)}, {UNTIL_UNKNOWN}"
    height = format_height(flight[f"{edge}_altitude_ft"])
    place = _write_whereabouts(flight[f"{edge}_latitude"], flight[f"{edge}_longitude"])
    moving = ""
    if np.isfinite(gap.trend.climb_fpm):
        descending = gap.trend.climb_fpm <= DESCENDING_FPM
        climbing = gap.trend.climb_fpm >= -DESCENDING_FPM
        moving = ", descending" if descending else ", climbing" if climbing else ", level"
    return f"{verb} heard {format_moment(flight[moment])} {height} {place}{moving}"


def _tell_start(flight: pd.Series) -> str:
    """Where and when a flight began of which nothing later is known."""
    start = _name_end(flight, "origin")
    where = f"from {start}" if start else "in the air"
    return f"On its way {where} since {format_moment(flight['firstseen'])}"


def _write_whereabouts(latitude: float, longitude: float) -> str:
    """The country below and the position, or the position alone."""
    place = format_position(latitude, longitude)
    known = pd.notna(latitude) and pd.notna(longitude)
    named = name_whereabouts(float(latitude), float(longitude)) if known else ""
    return f"over {named} ({place.removeprefix('over ')})" if named else place


def _tell_neighbour(gap: EndGap) -> str:
    """A clause on where the airframe was heard on the far side."""
    other, stretch = gap.neighbour, gap.stretch
    if np.isnan(stretch.left_at[0]) and gap.end == "destination":
        return "what was heard of it later sets no limit"
    if other is None:
        side = "before" if gap.end == "origin" else "after"
        return f"this archive holds no record of it in the {HORIZON_S // 3600} h {side}"
    left, back = (
        pd.Timestamp(at[0], unit="s", tz="UTC") for at in (stretch.left_at, stretch.back_at)
    )
    spent = format_span((back - left).total_seconds())
    if gap.end == "destination":
        where, end = _name_far_end(other, "origin", "leaving"), _name_end(other, "destination")
        onward = f" for {end}" if end else ""
        return f"heard again {spent} later, {where} at {write_next(back, left)}{onward}"
    where = _name_far_end(other, "destination", "arriving at")
    return f"heard {spent} before, {where} at {write_next(left, back)}"


def _name_far_end(flight: pd.Series, end: str, verb: str) -> str:
    if code := _name_end(flight, end):
        return f"{verb} {code}"
    edge = ENDS[end]
    place = _write_whereabouts(flight[f"{edge}_latitude"], flight[f"{edge}_longitude"])
    return f"in the air {place}"


def _name_end(flight: pd.Series, end: str) -> str:
    """The airport of an end by code and name; "" where the end is lost."""
    code = flight[end]
    if pd.isna(code) or flight[f"{end}_evidence"] == "lost":
        return ""
    fields = load_airports()
    return f"{code} ({fields['name'][code]})" if code in fields.index else str(code)


def _tell_candidates(gap: EndGap) -> str:
    found = gap.candidates
    landing = _name_landing(gap)
    if not gap.stretch.is_placed[0]:
        return f"No airport can be excluded: {_NOWHERE}."
    if found.empty:
        return f"{landing} is excluded at every airport listed here: it flew on unheard."
    if len(found) == 1:
        return f"{landing} cannot be excluded at one airport only: {_name_best(gap)}."
    countries = found["country"].nunique()
    count = f"{len(found):,} airports" + (f" in {countries} countries" if countries > 1 else "")
    others = " and ".join(
        f"{code} ({name})"
        for code, name in zip(found["code"][1:NAMED], found["name"][1:NAMED], strict=True)
    )
    said = f"{landing} cannot be excluded at {count}"
    if gap.trend.leads_down(gap.end):
        movement = "last movement" if gap.end == "destination" else "first movement"
        return f"{said}; most like its {movement} is {_name_best(gap)}; then {others}."
    return f"{said}; how it moved points to none. Among the nearest: {_name_best(gap)}; {others}."


def _name_landing(gap: EndGap) -> str:
    """What the unheard stretch leaves open; nothing before a begin says that it had landed."""
    if gap.neighbour is not None:
        return "A landing in between"
    return "A landing" if gap.end == "destination" else "A take-off"


def _name_best(gap: EndGap) -> str:
    best = gap.candidates.iloc[0]
    named = f"{best['code']} ({best['name']}, {country_name(best['country'])})"
    return f"{named}, {best['away_km']:,.0f} km away{_stay(best['stay_s'])}"


def _stay(seconds: float) -> str:
    return f", with at most {format_span(seconds)} on the ground" if np.isfinite(seconds) else ""


def _ask_region(gap: EndGap, region: Region) -> tuple[float, int]:
    """The longest stay there [s], as `gaps.longest_stay_s`; airports where a landing fits in."""
    fields = load_airports().reindex(sorted(region.airports())).dropna(subset=["latitude"])
    places = fields["latitude"].to_numpy(float), fields["longitude"].to_numpy(float)
    longest = float(longest_stay_s(gap.stretch, *places)[0])
    return longest, int(gap.candidates["code"].isin(region.airports()).sum())


def _tell_region(gap: EndGap, region: Region) -> str:
    longest, fitting = _ask_region(gap, region)
    landing = _name_landing(gap).removesuffix(" in between").lower()
    if not gap.stretch.is_placed[0]:
        return f"{region.label}: {landing} there cannot be excluded; {_NOWHERE}."
    if np.isnan(longest):
        return f"{region.label}: in range, so {landing} there cannot be excluded."
    if fitting:
        return (
            f"{region.label}: {landing} at {fitting:,} of its airports cannot be excluded; it "
            f"would have left at most {format_span(longest)} on the ground."
        )
    return f"{region.label}: excluded, {_tell_lack(longest)}."


def _tell_stay(gap: EndGap, region: Region) -> str:
    """What the stretch leaves open in a region, in a sentence of its own."""
    longest, fitting = _ask_region(gap, region)
    what, between, rest = _name_landing(gap).partition(" in between")
    landing = f"{what} in {add_article(region.label)}{between}{rest}"
    if not gap.stretch.is_placed[0]:
        return f"{landing} cannot be excluded: {_NOWHERE}."
    if np.isnan(longest):
        side = "later" if gap.end == "destination" else "earlier"
        return f"{landing} cannot be excluded: it is in range, and nothing {side} sets a limit."
    if fitting:
        return f"{landing} would have left at most {format_span(longest)} on the ground."
    return f"{landing} is excluded: {_tell_lack(longest)}."


def _tell_lack(longest_s: float) -> str:
    if not np.isfinite(longest_s):
        return "it is out of range"
    if longest_s < 0:
        return f"the time is {format_span(-longest_s)} short of the way there and on"
    return f"it would have left only {format_span(longest_s)} on the ground"


def _tell_witnesses(story: FlightReport) -> Iterator[str]:
    """Who else heard it, what they say otherwise, and what is doubtful in what was heard."""
    others = story.chain.witnesses[story.at]
    if len(others):
        names = ", ".join(sorted(set(others["source"])))
        yield f"Also heard by {names}: one flight with more than one witness."
    heard = others.dropna(subset=["lastseen"])
    if pd.isna(story.flight["lastseen"]) and len(heard):
        last = heard.loc[heard["lastseen"].idxmax()]
        yield f"{last['source']} heard it until {format_moment(last['lastseen'])}."
    yield from story.chain.disagreements[story.at]
    flags = story.flight["flags"]
    yield from describe_flags(flags if pd.notna(flags) else "")
