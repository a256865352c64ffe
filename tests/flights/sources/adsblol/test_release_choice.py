"""Which release of a day is taken, with the real listings of 2025 and with every trap in them."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from flights.sources.adsblol.choice import Choice, candidates, choose
from flights.sources.adsblol.listings import Listings, Release, read_preferred, read_sizes

DAY = date(2025, 3, 5)
TMP_ONLY = [date(2025, 5, 28) + timedelta(days=n) for n in range(14)]
"""28 May to 10 June 2025: only tmp releases exist."""


def listings(*releases: Release, preferred: Release | None = None) -> Listings:
    """Of one day."""
    named = {DAY: ((preferred, (".tar",)),)} if preferred else {}
    return Listings({DAY: releases}, named)


def release(pod: str, size: int | None = 3000, year: int = 2025) -> Release:
    return Release(DAY, pod, year, size)


@pytest.fixture(scope="module")
def listed(shared: Path) -> Listings:
    folder = shared / "adsblol"
    return Listings(
        read_sizes((folder / "globe_history_2025_RELEASES.md").read_text()),
        read_preferred((folder / "globe_history_2025_PREFERRED_RELEASES.txt").read_text()),
    )


def days_of(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def test_preferred_release_is_taken_though_a_rival_is_a_little_larger() -> None:
    prod, staging = release("prod-0", 2990), release("staging-0", 3000)
    found = choose(DAY, listings(staging, prod, preferred=release("prod-0", None)))
    assert found.ranked == (prod, staging) and found.suffixes == (".tar",) and not found.problem


def test_much_larger_rival_is_taken_and_told() -> None:
    prod, staging = release("prod-0", 692), release("staging-0", 3000)
    found = choose(DAY, listings(prod, staging, preferred=release("prod-0", None)))
    assert found.ranked[0] == staging
    assert "prefers prod-0 with 692 MiB; staging-0 has 3,000 MiB and was used" in found.problem
    assert found.suffixes == ()


def test_multilateration_only_is_never_taken_even_where_it_is_preferred() -> None:
    mlat, prod = release("mlatonly-0", 99, 2026), release("prod-0", 3000)
    found = choose(DAY, listings(mlat, prod, preferred=release("mlatonly-0", None, 2026)))
    assert found.ranked == (prod,)
    assert choose(DAY, listings(mlat)) == Choice(DAY, ())


def test_of_two_repositories_the_larger_release_is_taken() -> None:
    small, large = release("prod-0", 2500, 2025), release("prod-0", 3000, 2026)
    assert choose(DAY, listings(small, large)).ranked == (large, small)


def test_short_day_is_told_by_its_neighbours() -> None:
    around = {
        DAY + timedelta(days=n): (Release(DAY + timedelta(days=n), "prod-0", 2025, 3000),)
        for n in range(-3, 4)
    }
    around[DAY] = (release("prod-0", 692),)
    found = choose(DAY, Listings(around, {}))
    assert "692 MiB, the days around it have about 3,000 MiB: part of the day is" in found.deficit
    assert not choose(DAY + timedelta(days=1), Listings(around, {})).deficit


def test_unlisted_days_are_looked_for_in_all_pods_and_both_repositories() -> None:
    pods = [each.pod for each in candidates(DAY)]
    assert pods == ["prod-0", "staging-0", "prod-0tmp", "staging-0tmp"]
    assert {each.pod for each in candidates(date(2023, 2, 20))} >= {"test-0", "staging-1"}
    assert {each.year for each in candidates(date(2023, 12, 28))} == {2023, 2024}


def test_real_listing_gives_every_day_of_may_and_june_2025_its_largest_or_nearly(listed) -> None:
    for day in days_of(date(2025, 5, 1), date(2025, 6, 30)):
        taken = choose(day, listed).ranked[0]
        rivals = [each for each in listed.sized[day] if not each.is_mlat_only]
        assert taken.size_mib >= 0.999 * max(each.size_mib for each in rivals), day
        ((preferred, _),) = listed.preferred[day]
        assert taken.pod == preferred.pod, day
        assert taken.size_mib > 2600


def test_real_days_before_the_event_are_the_tmp_releases(listed) -> None:
    for day in TMP_ONLY:
        assert choose(day, listed).ranked[0].pod == "staging-0tmp"
        assert {each.pod for each in listed.sized[day]} == {"staging-0tmp", "prod-0tmp"}
    assert choose(date(2025, 6, 12), listed).ranked[0].pod == "staging-0tmp"
    assert choose(date(2025, 6, 13), listed).ranked[0].pod == "prod-0"


def test_real_eleventh_of_june_is_whole_in_a_tmp_release_and_a_fifth_elsewhere(listed) -> None:
    found = choose(date(2025, 6, 11), listed)
    assert (found.ranked[0].pod, found.ranked[0].size_mib) == ("staging-0tmp", 3413)
    assert "staging-0 (692 MiB), prod-0 (692 MiB); staging-0tmp has 3,413 MiB" in found.problem
    plain = {
        day: tuple(each for each in releases if "tmp" not in each.pod)
        for day, releases in listed.sized.items()
    }
    assert "part of the day is missing" in choose(date(2025, 6, 11), Listings(plain, {})).deficit


def test_real_tmp_releases_of_23_may_are_cut_and_not_taken(listed) -> None:
    found = choose(date(2025, 5, 23), listed)
    assert found.ranked[0].pod == "prod-0" and "872 MiB" in found.problem


def test_no_other_real_day_of_2025_is_told_to_be_odd(listed) -> None:
    told = {day for day in listed.sized if choose(day, listed).problem}
    assert told == {date(2025, 5, 23), date(2025, 6, 11), date(2025, 10, 4)}
    assert not any(choose(day, listed).deficit for day in listed.sized)


def test_table_of_the_weeks_around_the_event(listed) -> None:
    """`pytest -s` prints it."""
    rows = []
    for day in days_of(date(2025, 5, 23), date(2025, 6, 14)):
        found = choose(day, listed)
        rivals = ", ".join(f"{each.pod} {each.size_mib}" for each in found.ranked[1:])
        taken = found.ranked[0]
        told = f"{found.problem} {found.deficit}".strip()
        rows.append(f"{day}  {taken.pod:<13}{taken.size_mib:>5} MiB  ({rivals}) {told}")
    print("\n" + "\n".join(rows))
    assert len(rows) == 23
