"""Positions in any order come back by day and airframe, in little memory."""

import tempfile
from datetime import UTC, date, datetime

import numpy as np
import pytest

from flights.errors import ArchiveError
from flights.readsb import sorted_spill as spill_module
from flights.readsb.sorted_spill import MOST_DAYS, Spill
from flights.records import POSITION

DAY = date(2050, 6, 1)
START = int(datetime(2050, 6, 1, tzinfo=UTC).timestamp()) * 1000


def positions(count, *, seed=0, aircraft=300, days=1):
    random = np.random.default_rng(seed)
    made = np.zeros(count, POSITION)
    made["icao24"] = random.choice(random.integers(0, 1 << 25, aircraft), count)
    made["seen_at"] = START + random.integers(0, days * 86_400_000, count)
    made["latitude"] = random.uniform(-90, 90, count)
    made["callsign"] = b"SIM1"
    return made


def in_order(found):
    return found[np.lexsort((found["latitude"], found["seen_at"], found["icao24"]))]


@pytest.mark.parametrize("held", [10**9, 700, 1], ids=["memory", "file", "file at once"])
@pytest.mark.parametrize("handed", [1, 2_000, 10**9])
def test_every_position_comes_back_once_and_in_order(held, handed):
    given = positions(5_000)
    with Spill(held=held, handed=handed) as spill:
        for piece in np.array_split(given, 11):
            spill.add(piece)
        buckets = list(spill.buckets(DAY))
    assert np.array_equal(np.concatenate([in_order(b) for b in buckets]), np.concatenate(buckets))
    assert np.array_equal(in_order(np.concatenate(buckets)), in_order(given))
    seen = [set(each["icao24"].tolist()) for each in buckets]
    assert sum(map(len, seen)) == len(set.union(*seen))


def test_many_positions_at_once_are_dealt_in_pieces(monkeypatch):
    """Dealing copies what it deals: a file of millions must not be copied as a whole."""
    dealt, deal = [], Spill._deal

    def watched(self):
        dealt.append(sum(map(len, self._waiting)))
        return deal(self)

    monkeypatch.setattr(Spill, "_deal", watched)
    given = positions(5_000)
    with Spill(held=700) as spill:
        spill.add(given)
        found = np.concatenate(list(spill.buckets(DAY)))
    assert np.array_equal(in_order(found), in_order(given))
    assert max(dealt) <= 700


def test_order_of_arrival_changes_nothing():
    given = positions(3_000, aircraft=20)
    given["seen_at"] = START + given["seen_at"] % 500  # many at the same moment
    results = []
    for order in (slice(None), slice(None, None, -1)):
        with Spill(held=900) as spill:
            for piece in np.array_split(given[order], 7):
                spill.add(piece)
            results.append(np.concatenate(list(spill.buckets(DAY))))
    assert np.array_equal(*results)


def test_days_are_kept_apart_by_their_stamps():
    with Spill(held=500) as spill:
        for piece in np.array_split(positions(2_000, days=3), 9):
            spill.add(piece)
        days = spill.days()
        assert [each.day for each in days] == [1, 2, 3] and sum(days.values()) == 2_000
        for day, count in days.items():
            found = np.concatenate(list(spill.buckets(day)))
            assert len(found) == count
            assert set(found["seen_at"] // 86_400_000 * 86_400_000) == {
                int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
            }


def test_a_day_can_be_asked_twice_and_more_be_added_after():
    with Spill(held=100) as spill:
        spill.add(positions(300))
        first = np.concatenate(list(spill.buckets(DAY)))
        assert np.array_equal(first, np.concatenate(list(spill.buckets(DAY))))
        spill.add(positions(300, seed=9))
        assert len(np.concatenate(list(spill.buckets(DAY)))) == 600


def test_position_that_lies_there_twice_is_given_once_and_counted():
    given = positions(500)
    with Spill() as spill:
        spill.add(given)
        spill.add(given[:40])
        assert sum(map(len, spill.buckets(DAY))) == 500
        assert spill.repeated[DAY] == 40


def test_two_places_at_one_moment_are_both_kept():
    given = positions(2)
    given["icao24"], given["seen_at"] = 7, START
    with Spill() as spill:
        spill.add(given)
        assert sum(map(len, spill.buckets(DAY))) == 2


def test_stamps_all_over_the_calendar_are_bounded_and_counted():
    with Spill(held=10) as spill:
        spill.add(positions(500, days=20_000))
        assert len(spill.days()) == MOST_DAYS
        assert spill.beyond_days + sum(spill.days().values()) == 500


def test_nothing_in_nothing_out():
    with Spill() as spill:
        spill.add(positions(0))
        assert not spill.days() and not list(spill.buckets(DAY))


def test_no_file_is_made_for_little_and_none_is_left_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    made = []
    original = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **k: made.append(k) or original(**k))
    with Spill(held=1000) as spill:
        spill.add(positions(999))
        assert not made
        spill.add(positions(999))
        assert made == [{"dir": str(tmp_path)}]
        assert not list(tmp_path.iterdir())  # it has no name even while it is used


def test_full_disk_is_told_with_the_place(monkeypatch):
    monkeypatch.setattr(spill_module, "scratch_folder", lambda: "/nonexistent/scratch")
    with Spill(held=1) as spill, pytest.raises(ArchiveError, match="TMPDIR"):
        spill.add(positions(10))
