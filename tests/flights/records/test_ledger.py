"""What counts for flights by day of departure, and what an entry says of itself."""

from datetime import date

import pytest

from flights.errors import BadPayload
from flights.records import LedgerEntry, judge_departures, ledger

DAY, NEXT = date(2020, 3, 1), date(2020, 3, 2)


def _entries(first: str, second: str | None, filed_by: str) -> dict[date, LedgerEntry]:
    found = {DAY: LedgerEntry("lists", DAY, first, filed_by=filed_by)}
    if second:
        found[NEXT] = LedgerEntry("lists", NEXT, second, filed_by=filed_by)
    return found


@pytest.mark.parametrize("second", ["partial", "missing", "failed", None])
def test_day_filed_by_arrival_is_partial_without_the_next_day(second: str | None) -> None:
    judged = judge_departures(_entries("complete", second, "lastseen"))[DAY]
    assert judged.status == "partial"
    assert judged.reasons[-1].endswith(f"which is {second or 'not asked'}.")


def test_day_filed_by_arrival_counts_when_the_next_day_is_there() -> None:
    judged = judge_departures(_entries("complete", "complete", "lastseen"))
    assert judged[DAY].is_complete
    assert not judged[NEXT].is_complete  # nobody asked for the day after it


def test_day_filed_by_departure_needs_no_other() -> None:
    assert judge_departures(_entries("complete", None, "firstseen"))[DAY].is_complete


def test_reasons_of_a_day_that_is_not_complete_stay_as_they_are() -> None:
    entries = {DAY: LedgerEntry("lists", DAY, "failed", ("It broke.",), filed_by="lastseen")}
    assert judge_departures(entries) == entries


def test_entry_survives_being_written() -> None:
    entry = LedgerEntry(
        "lists.part-1", DAY, "complete", scope="regions:airport:ELLX", fingerprint='a 12 "e"'
    )
    assert ledger.from_json(ledger.to_json(entry)) == entry


def test_entry_of_an_earlier_version_is_read() -> None:
    plain = ledger.to_json(LedgerEntry("lists", DAY, "complete"))
    for name in ("scope", "fingerprint", "filed_by"):
        del plain[name]
    assert ledger.from_json(plain) == LedgerEntry("lists", DAY, "complete")


def test_entry_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(BadPayload, match="cannot be read"):
        ledger.from_json({**ledger.to_json(LedgerEntry("lists", DAY, "complete")), "more": 1})


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"day": "2020-13-01"}, r"\$\.day"),
        ({"asked_at": "yesterday"}, r"\$\.asked_at"),
        ({"reasons": ["fine", 3]}, r"\$\.reasons\[1\]"),
        ({"inputs": [{"name": "a", "size": "12", "sha256": "b"}]}, r"\$\.inputs\[0\]\.size"),
        ({"inputs": [{"name": "a"}]}, r"\$\.inputs\[0\]"),
        ({"counts": {"flights": "many"}}, r"\$\.counts\[\.\.\.\]"),
        ({"tables": {"flights": 3}}, r"\$\.tables\[\.\.\.\]"),
        ({"status": "done"}, "not one of"),
    ],
)
def test_wrong_field_is_named_by_its_path(change: dict[str, object], place: str) -> None:
    plain = {**ledger.to_json(LedgerEntry("lists", DAY, "complete")), **change}
    with pytest.raises(BadPayload, match=place):
        ledger.from_json(plain)


@pytest.mark.parametrize("plain", [[], "text", None, 3])
def test_what_is_no_object_is_no_entry(plain: object) -> None:
    with pytest.raises(BadPayload, match="cannot be read"):
        ledger.from_json(plain)  # type: ignore[arg-type]
