"""What is read of adsb.lol's listings, and what is passed over."""

from datetime import date

import pytest

from flights.sources.adsblol.listings import (
    Listings,
    Release,
    join,
    read_preferred,
    read_sizes,
    repositories,
)

PAGE = "https://github.com/adsblol/globe_history_2025/releases/tag"
FILES = "https://github.com/adsblol/globe_history_2025/releases/download"
DAY = date(2025, 6, 11)
TAG = "v2025.06.11-planes-readsb-staging-0tmp"


def test_sizes_of_all_pods_of_a_day() -> None:
    text = (
        "# 2025-06\n"
        f"- 2025-06-11 [planes-readsb-staging-0tmp (3413 MiB)]({PAGE}/{TAG}#assets) "
        f"[planes-readsb-prod-0 (692 MiB)]({PAGE}/v2025.06.11-planes-readsb-prod-0#assets) "
    )
    assert read_sizes(text) == {
        DAY: (Release(DAY, "staging-0tmp", 2025, 3413), Release(DAY, "prod-0", 2025, 692))
    }


def test_preferred_release_with_its_parts() -> None:
    line = f"{FILES}/{TAG}/{TAG}.tar.aa,{FILES}/{TAG}/{TAG}.tar.ab\n"
    release = Release(DAY, "staging-0tmp", 2025)
    assert read_preferred(line) == {DAY: ((release, (".tar.aa", ".tar.ab")),)}


@pytest.mark.parametrize(
    "address",
    [
        f"https://evil.example/adsblol/globe_history_2025/releases/download/{TAG}/{TAG}.tar",
        f"{FILES}/{TAG}/{TAG}.tar.aa?token=1",
        f"{FILES}/{TAG}/../{TAG}.tar",
        f"{FILES}/{TAG}/v2025.06.12-planes-readsb-prod-0.tar",
        f"{FILES}/{TAG.replace('06.11', '13.41')}/{TAG.replace('06.11', '13.41')}.tar",
        "<html>",
    ],
)
def test_addresses_that_are_no_release_are_passed_over(address: str) -> None:
    assert read_preferred(address) == {}


def test_address_of_an_asset_is_built_and_never_taken_from_a_listing() -> None:
    path = Release(date(2023, 12, 30), "prod-0", 2024).asset_path(".tar.aa")
    tag = "v2023.12.30-planes-readsb-prod-0"
    assert path == f"/adsblol/globe_history_2024/releases/download/{tag}/{tag}.tar.aa"


def test_garbage_lists_nothing() -> None:
    assert read_sizes("<!DOCTYPE html>" * 1000) == {} == read_preferred("\0" * 1000)


def test_day_in_two_years_repositories_keeps_both() -> None:
    day = date(2025, 12, 20)
    mine, theirs = Release(day, "prod-0", 2025, 2900), Release(day, "prod-0", 2026, 3000)
    joined = join([Listings({day: (mine,)}, {}), Listings({day: (theirs,)}, {})])
    assert joined.sized[day] == (mine, theirs) and joined.last_day == day


@pytest.mark.parametrize(
    "day,years",
    [
        (date(2023, 12, 28), (2023, 2024)),
        (date(2025, 12, 14), (2025, 2026)),
        (date(2025, 1, 1), (2025, 2024)),
        (date(2025, 6, 13), (2025,)),
    ],
)
def test_days_at_the_end_of_a_year_may_lie_in_the_neighbour_years_repository(day, years) -> None:
    assert repositories(day) == years


def test_real_listings_are_read_to_the_last_line(shared) -> None:
    folder = shared / "adsblol"
    sized = read_sizes((folder / "globe_history_2025_RELEASES.md").read_text())
    preferred = read_preferred((folder / "globe_history_2025_PREFERRED_RELEASES.txt").read_text())
    assert len(sized) == len(preferred) == 363 and set(sized) == set(preferred)
    assert min(sized) == date(2024, 12, 29) and max(sized) == date(2025, 12, 26)
    assert sum(map(len, sized.values())) == 349 + 348 + 195 + 21 + 21
