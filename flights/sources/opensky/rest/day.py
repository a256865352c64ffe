"""A UTC day from OpenSky's REST interface: its requests, and its flights from the replies."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flights.records import (
    IMPOSSIBLE_SPEED,
    TABLES,
    DayRecords,
    InputFile,
    LedgerEntry,
    count_flags,
    empty_table,
)
from flights.reference.aircraft import Airframe
from flights.sources.opensky.flight_rows import make_flights
from flights.sources.opensky.rest.read_flights import Leg, legs_frame, merge_legs, read_flights
from flights.sources.opensky.rest.reply_cache import (
    SLICE_HOURS,
    FlightsQuestion,
    Reply,
    ReplyCache,
    published_at,
    start_of,
)
from flights.sources.opensky_gaps import gap_sentences, is_wholly_unheard
from flights.sources.row_limits import describe_cap, is_round_cap

READER = "opensky-rest 1"

SENTINELS = ("EDDF", "EGLL")
"""If a series has no flights on a day, departures of one of these airports show whether OpenSky has
any flights of that day. They are two of the busiest airports in its densest area; the second is
used if the first belongs to the series."""

SLICED = (
    "OpenSky's /flights/all has only flights that began and ended within the same two hours: "
    "longer flights, and flights across a border of two slices, are missing."
)

Names = Callable[[frozenset[str]], Mapping[str, Airframe]]
"""Returns airframes by address."""


@dataclass(frozen=True)
class DayTask:
    """A day of the series `source`; `airports` () = the world in slices of two hours."""

    source: str
    day: date
    airports: tuple[str, ...] = ()

    def questions(self, now: datetime) -> tuple[FlightsQuestion, ...]:
        """All possible requests for the day at `now`; none if OpenSky cannot have flights of it.

        Flights that land after midnight are in the arrivals of the next day.
        """
        following = self.day + timedelta(days=1)
        if now < start_of(following) or is_wholly_unheard(self.day):
            return ()
        if not self.airports:
            return tuple(
                FlightsQuestion("all", self.day, hour=h) for h in range(0, 24, SLICE_HOURS)
            )
        asked = [("departure", self.day), ("arrival", self.day)]
        if now >= start_of(following + timedelta(days=1)):
            asked.append(("arrival", following))
        return tuple(
            FlightsQuestion(kind, day, code) for kind, day in asked for code in self.airports
        )

    @property
    def complete_from(self) -> datetime:
        """Time from which a pull can get the whole day."""
        return published_at(self.day + timedelta(days=1) if self.airports else self.day)


def collect_day(
    task: DayTask,
    cache: ReplyCache,
    report: Callable[[str, float], None],
    names: Names | None = None,
) -> DayRecords:
    """Fetch the replies that are not stored yet, and make the day from all replies.

    Raises
    ------
    BadPayload, CredentialsMissing, CredentialsRejected, RateLimited, SourceUnavailable
        As `Desk.fetch_reply`; what was answered before stays kept.
    """
    now = cache.replies.clock()
    questions = task.questions(now)
    if not questions:
        return _without_flights(task, _why_unasked(task, now))
    replies = _fetch_all(questions, cache, report)
    records = _make_day(task, replies, names)
    silence = "" if len(records.flights) else _why_silent(task, cache)
    return _without_flights(task, silence, records.entry.inputs) if silence else records


def _fetch_all(
    questions: Sequence[FlightsQuestion], cache: ReplyCache, report: Callable[[str, float], None]
) -> list[Reply]:
    replies = []
    for number, question in enumerate(questions):
        left = cache.api.budget.left("flights")
        share = number / len(questions)
        report(f"{question} ({number + 1} of {len(questions)}); {left} credits left today", share)
        cache.api.report, cache.api.share = report, share
        replies.append(cache.fetch_reply(question))
    report("all replies are here", 1.0)
    return replies


def _why_unasked(task: DayTask, now: datetime) -> str:
    if is_wholly_unheard(task.day):
        return " ".join(gap_sentences(task.day))
    return (
        "Not published yet: OpenSky publishes the flights of a day in the night after it. "
        f"Pull this day again after {_moment(task.complete_from)}."
    )


def _why_silent(task: DayTask, cache: ReplyCache) -> str:
    """A sentence if OpenSky has no flights of that day from anywhere, else ""."""
    if not task.airports:
        return "OpenSky has no flights at all of this day: the count is unknown, not zero."
    sentinel = next(code for code in SENTINELS if task.airports != (code,))
    reply = cache.fetch_reply(FlightsQuestion("departure", task.day, sentinel))
    if read_flights(reply.body or b"[]", str(reply.question)).legs:
        return ""
    return (
        f"OpenSky has no flights of this day, not even departures of {sentinel}: the count is "
        "unknown, not zero."
    )


def _without_flights(task: DayTask, why: str, inputs: tuple[InputFile, ...] = ()) -> DayRecords:
    entry = LedgerEntry(
        task.source, task.day, "missing", (why,), inputs, detail="flights", reader=READER
    )
    return DayRecords(entry, **{name: empty_table(name) for name in TABLES})


def _make_day(task: DayTask, replies: Sequence[Reply], names: Names | None) -> DayRecords:
    dropped: Counter[str] = Counter()
    lists, cut = [], []
    for reply in replies:
        found = read_flights(reply.body or b"[]", str(reply.question))
        rows = len(found.legs) + found.dropped.total()
        cut += [describe_cap(rows, f"The answer to {reply.question}")] if is_round_cap(rows) else []
        dropped += found.dropped
        lists.append([leg for leg in found.legs if _is_of(leg, task.day)])
    legs, differing = merge_legs(lists)
    airframes = names(frozenset(leg.icao24 for leg in legs)) if names else None
    flights, left_out = make_flights(
        legs_frame(legs), source=task.source, day=task.day, airframes=airframes
    )
    reasons = (*cut, *_reasons(task, replies))
    entry = LedgerEntry(
        source=task.source,
        day=task.day,
        status="partial" if reasons else "complete",
        reasons=reasons,
        inputs=_inputs(replies),
        detail="flights",
        reader=READER,
        release_kind="OpenSky REST",
        counts={
            "positions": 0,
            "flights": len(flights),
            "aircraft": int(flights["icao24"].nunique()),
            "airports": len(task.airports),
            "told_in_two_ways": differing,
            **{name: count for name, count in (dropped + Counter(left_out)).items() if count},
            **count_flags(flights["flags"], [IMPOSSIBLE_SPEED]),
        },
    )
    others = {name: empty_table(name) for name in TABLES if name != "flights"}
    return DayRecords(entry, flights=flights, **others)


def _is_of(leg: Leg, day: date) -> bool:
    midnight = int(start_of(day).timestamp())
    return midnight <= leg.firstseen < midnight + 86_400


def _reasons(task: DayTask, replies: Sequence[Reply]) -> tuple[str, ...]:
    """Reasons why the day is partial; none if it is complete."""
    reasons = [] if task.airports else [SLICED]
    reasons += gap_sentences(task.day)
    final = {r.question.day for r in replies} - {
        r.question.day for r in replies if r.asked_at < published_at(r.question.day)
    }
    again = f"Pull this day again after {_moment(task.complete_from)}."
    if task.day not in final:
        reasons.append(f"OpenSky may have published more flights after the request. {again}")
    elif task.airports and task.day + timedelta(days=1) not in final:
        reasons.append(f"Flights that land after midnight are not published yet. {again}")
    return tuple(reasons)


def _moment(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"


def _inputs(replies: Sequence[Reply]) -> tuple[InputFile, ...]:
    """One input per kind and day, because hundreds of airports are too many for the ledger."""
    groups: dict[str, list[Reply]] = {}
    for reply in replies:
        question = reply.question
        groups.setdefault(f"flights/{question.kind} {question.day}", []).append(reply)
    return tuple(_input(name, group) for name, group in groups.items())


def _input(name: str, replies: Sequence[Reply]) -> InputFile:
    digest = hashlib.sha256()
    for reply in sorted(replies, key=lambda reply: reply.question.name):
        digest.update(f"{reply.question.name} {reply.status} {len(reply.body)}\n".encode())
        digest.update(reply.body)
    whole = f"{name}, {len(replies)} replies"
    return InputFile(whole, sum(len(reply.body) for reply in replies), digest.hexdigest())
