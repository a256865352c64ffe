"""From days to assets: what is asked of the server, and what is made of its answers."""

import pickle
from datetime import date, timedelta

import pytest
from github import MIB, GitHub
from loopback import status

from flights.errors import RateLimited, SourceUnavailable
from flights.sources.adsblol.listings import Release, read_sizes
from flights.sources.adsblol.release_files import PART_BYTES
from flights.sources.adsblol.resolver import DayRelease, Resolver, find_unbroken

DAY = date(2025, 3, 5)
END = b"\0" * 1024


def one(resolver: Resolver, day: date = DAY) -> DayRelease:
    (found,) = resolver.resolve(day, day)
    return found


def names(found: DayRelease) -> list[str]:
    assert found.published
    return [each.name.partition(".tar")[2] for each in found.published.assets]


def publish(github: GitHub, pod: str, size: int, day: date = DAY, **how: int) -> Release:
    """A release of some MiB, listed."""
    return github.publish(day, pod, b"\0" * (size * MIB), **how)


def test_preferred_release_is_resolved_to_its_parts_with_sizes_and_tags(github, resolver) -> None:
    release = publish(github, "prod-0", 3, part_bytes=2 * MIB)
    github.list_releases()
    found = one(resolver)
    assert found.published and found.published.release.tag == release.tag and not found.problem
    assert [(each.size, bool(each.resource.etag)) for each in found.published.assets] == [
        (2 * MIB, True), (MIB, True),
    ]  # fmt: skip
    assert names(found) == [".aa", ".ab"] and found.size == 3 * MIB
    assert pickle.loads(pickle.dumps(found)) == found


def test_no_api_is_asked_and_listings_only_once(github, resolver) -> None:
    for number in range(5):
        publish(github, "prod-0", 2, DAY + timedelta(days=number))
    github.list_releases()
    assert len(resolver.resolve(DAY, DAY + timedelta(days=4))) == 5
    assert len(github.raw.requests) == 2
    heads = [each.method for each in (*github.pages.requests, *github.store.requests)]
    assert set(heads) == {"HEAD"} and len(github.store.requests) == 5


def test_real_listing_resolves_every_day_of_may_and_june_2025(github, resolver, shared) -> None:
    folder = shared / "adsblol"
    sizes = (folder / "globe_history_2025_RELEASES.md").read_text()
    github.put_listing(2025, "RELEASES.md", sizes)
    preferred = (folder / "globe_history_2025_PREFERRED_RELEASES.txt").read_text()
    github.put_listing(2025, "PREFERRED_RELEASES.txt", preferred)
    first, last = date(2025, 5, 1), date(2025, 6, 30)
    for day, releases in read_sizes(sizes).items():
        for release in releases if first <= day <= last else ():
            whole = release.size_mib * MIB
            github.pretend(release, {".tar.aa": PART_BYTES, ".tar.ab": whole - PART_BYTES}
                           if whole > PART_BYTES else {".tar": whole})  # fmt: skip
    found = resolver.resolve(first, last)
    assert [each.day for each in found] == [first + timedelta(days=n) for n in range(61)]
    tmp = [each.day for each in found if each.published.release.pod == "staging-0tmp"]
    assert tmp == [date(2025, 5, 28) + timedelta(days=n) for n in range(16)]
    assert all(names(each) == [".aa", ".ab"] for each in found)
    assert all(each.size > 2_600 * MIB and each.published.is_whole for each in found)
    assert [each.day for each in found if each.problem] == [date(2025, 5, 23), date(2025, 6, 11)]
    assert not any("mlatonly" in each.path for each in github.pages.requests)


def test_day_of_the_old_year_is_found_in_the_next_years_repository(github, resolver) -> None:
    day = date(2023, 12, 30)
    publish(github, "prod-0", 2, day, year=2024)
    github.list_releases()
    assert one(resolver, day).published.release.year == 2024
    unlisted = date(2023, 12, 31)
    publish(github, "staging-0", 2, unlisted, year=2024)
    assert one(resolver, unlisted).published.release.year == 2024


def test_day_in_both_repositories_is_taken_from_the_larger(github, resolver) -> None:
    day = date(2025, 12, 20)
    publish(github, "prod-0", 2, day, year=2025)
    publish(github, "prod-0", 3, day, year=2026)
    github.list_releases()
    assert one(resolver, day).published.release.year == 2026


def test_tar_beside_its_parts_is_never_read_with_them(github, resolver) -> None:
    release = publish(github, "prod-0", 3, part_bytes=2 * MIB)
    github.lay(release, ".tar", b"\0" * (3 * MIB))
    github._sizes[release] = 3 * MIB, [".tar", ".tar.aa", ".tar.ab"]
    github.list_releases()
    assert names(one(resolver)) == [""]
    github.lay(release, ".tar", b"\0" * MIB)
    assert names(one(resolver)) == [".aa", ".ab"]


def test_links_of_the_listing_may_be_wrong_about_splitting(github, resolver) -> None:
    release = publish(github, "prod-0", 3, part_bytes=2 * MIB)
    github._sizes[release] = 3 * MIB, [".tar"]
    github.list_releases()
    assert names(one(resolver)) == [".aa", ".ab"]


def test_release_without_its_first_part_gives_way_to_a_rival(github, resolver) -> None:
    release = publish(github, "prod-0", 4, part_bytes=2 * MIB)
    publish(github, "staging-0", 4)
    github.list_releases({DAY: release})
    github.take_away(release, ".tar.aa")
    found = one(resolver)
    assert found.published.release.pod == "staging-0"
    assert f"Part aa of {release.tag} does not exist" in found.problem


def test_release_without_its_first_part_is_offered_as_broken_where_it_is_all(
    github, resolver
) -> None:
    release = publish(github, "prod-0", 4, part_bytes=2 * MIB)
    github.list_releases()
    github.take_away(release, ".tar.aa")
    found = one(resolver)
    assert names(found) == [".ab"] and not found.published.is_whole
    assert "its beginning is missing" in found.problem


def test_full_part_without_the_next_is_broken(github, resolver) -> None:
    github.pretend(Release(DAY, "prod-0", 2025), {".tar.aa": PART_BYTES})
    found = one(resolver)
    assert not found.published.is_whole and "Part ab" in found.problem


def test_listed_release_that_is_gone_gives_way_and_is_told(github, resolver) -> None:
    release = publish(github, "prod-0", 4)
    publish(github, "staging-0", 4)
    github.list_releases({DAY: release})
    github.take_away(release, ".tar")
    found = one(resolver)
    assert (
        found.published.release.pod == "staging-0"
        and "is listed but does not exist" in found.problem
    )


def test_size_other_than_listed_is_told(github, resolver) -> None:
    release = publish(github, "prod-0", 6)
    github.list_releases()
    github.lay(release, ".tar", b"\0" * (3 * MIB))
    assert "listed with 6 MiB but has 3" in one(resolver).problem


def test_release_that_shrank_since_it_was_listed_gives_way_to_a_rival(github, resolver) -> None:
    release = publish(github, "prod-0", 6)
    publish(github, "staging-0", 6)
    github.list_releases({DAY: release})
    github.lay(release, ".tar", b"\0" * (2 * MIB))
    found = one(resolver)
    assert found.published.release.pod == "staging-0"
    assert "prod-0 is listed with 6 MiB but has 2" in found.problem


def test_day_is_judged_by_what_lies_there_and_not_by_the_listing(github, resolver) -> None:
    """Shrunk to a fifth it cannot be whole; grown to its usual size it can."""
    days = [DAY + timedelta(days=n) for n in range(-2, 3)]
    releases = {day: publish(github, "prod-0", 2 if day == days[3] else 10, day) for day in days}
    github.list_releases()
    github.lay(releases[DAY], ".tar", b"\0" * (2 * MIB))
    github.lay(releases[days[3]], ".tar", b"\1" * (10 * MIB))
    for found in (resolver.resolve(days[0], days[-1]), [resolver.resolve_day(day) for day in days]):
        assert [each.day for each in found if each.deficit] == [DAY]
        assert "has 2 MiB, the days around it have about 10 MiB" in found[2].deficit


def test_short_day_that_no_listing_names_is_told_by_its_neighbours(github, resolver) -> None:
    days = [DAY + timedelta(days=n) for n in range(4)]
    for day in days:
        publish(github, "prod-0", 1 if day == days[2] else 5, day)
    found = resolver.resolve(days[0], days[-1])
    assert [each.day for each in found if each.deficit] == [days[2]]


def test_release_that_only_the_preferred_listing_names_is_found(github, resolver) -> None:
    publish(github, "staging-1", 3)
    github.list_releases()
    github.put_listing(2025, "RELEASES.md", "# Releases")
    assert one(resolver).published.release.pod == "staging-1"


def test_day_listed_with_multilateration_only_is_looked_for_all_the_same(github, resolver) -> None:
    """Listings are written while pods still upload."""
    publish(github, "mlatonly-0", 2)
    github.list_releases()
    publish(github, "prod-0", 3)
    assert one(resolver).published.release.pod == "prod-0"


@pytest.mark.parametrize("pod", ["prod-0", "staging-0", "prod-0tmp", "staging-0tmp"])
@pytest.mark.parametrize("part_bytes", [0, 2 * MIB])
def test_unlisted_day_is_found_under_every_name(github, resolver, pod, part_bytes) -> None:
    publish(github, pod, 3, part_bytes=part_bytes)
    found = one(resolver)
    assert (found.published.release.pod, found.size) == (pod, 3 * MIB)


def test_early_pods_of_2023_are_found(github, resolver) -> None:
    day = date(2023, 2, 20)
    publish(github, "test-0", 2, day)
    assert one(resolver, day).published.release.pod == "test-0"


def test_unlisted_day_takes_the_larger_of_two_names(github, resolver) -> None:
    publish(github, "prod-0", 1)
    publish(github, "staging-0tmp", 5)
    found = one(resolver)
    assert found.published.release.pod == "staging-0tmp" and "prod-0 (1 MiB)" in found.problem


def test_listing_that_lags_does_not_hide_a_day(github, resolver) -> None:
    publish(github, "prod-0", 2)
    github.list_releases()
    later = DAY + timedelta(days=3)
    publish(github, "prod-0", 2, later)
    assert [each.day for each in resolver.resolve(DAY, later)] == [DAY, later]


def test_days_that_never_come_are_not_asked_for_without_end(github, resolver) -> None:
    publish(github, "prod-0", 2)
    github.list_releases()
    assert [each.day for each in resolver.resolve(DAY, date(2030, 1, 1))] == [DAY]
    assert [each.day for each in resolver.resolve(DAY, date.max)] == [DAY]
    assert len(github.pages.requests) < 2 * 150


def test_day_without_a_release_is_not_offered(github, resolver) -> None:
    publish(github, "prod-0", 2)
    publish(github, "prod-0", 2, DAY + timedelta(days=2))
    github.list_releases()
    found = resolver.resolve(DAY, DAY + timedelta(days=2))
    assert [each.day for each in found] == [DAY, DAY + timedelta(days=2)]


def test_multilateration_only_is_no_release(github, resolver) -> None:
    publish(github, "mlatonly-0", 2)
    github.list_releases()
    assert resolver.resolve(DAY, DAY) == []


def test_new_upload_under_the_same_name_has_another_fingerprint(github, resolver) -> None:
    release = publish(github, "prod-0", 2)
    github.list_releases()
    before = one(resolver).published.fingerprint
    assert one(resolver).published.fingerprint == before
    github.lay(release, ".tar", b"\1" * (2 * MIB))
    assert one(resolver).published.fingerprint != before


def test_one_day_that_cannot_be_looked_at_does_not_hide_the_others(github, resolver) -> None:
    bad, good = DAY, DAY + timedelta(days=1)
    release = publish(github, "prod-0", 2, bad)
    publish(github, "prod-0", 2, good)
    github.list_releases()
    github.store.fault(github.path_of(release, ".tar"), status(500), forever=True)
    first, second = resolver.resolve(bad, good)
    assert first.published is None and "500" in first.problem and first.size == 2 * MIB
    assert second.published is not None
    with pytest.raises(SourceUnavailable):
        resolver.resolve_day(bad)


def test_server_that_cannot_be_asked_at_all_is_an_error(github, resolver) -> None:
    release = publish(github, "prod-0", 2)
    github.list_releases()
    github.store.fault(github.path_of(release, ".tar"), status(503), forever=True)
    with pytest.raises(SourceUnavailable, match="503"):
        resolver.resolve(DAY, DAY)


def test_listing_server_that_fails_is_an_error_and_no_empty_answer(github, resolver) -> None:
    github.raw.fault("/adsblol/globe_history_2025/main/RELEASES.md", status(500), forever=True)
    with pytest.raises(SourceUnavailable):
        resolver.resolve(DAY, DAY)


def test_long_wait_asked_for_ends_the_search(github, resolver) -> None:
    releases = [publish(github, "prod-0", 2, DAY + timedelta(days=n)) for n in range(2)]
    github.list_releases()
    for each in releases[:1]:
        path = github.path_of(each, ".tar")
        github.store.fault(path, status(429, {"Retry-After": "4000"}), forever=True)
    with pytest.raises(RateLimited) as caught:
        resolver.resolve(DAY, DAY + timedelta(days=1))
    assert caught.value.wait_seconds == 4000


def test_signed_addresses_of_the_store_are_not_told(github, resolver) -> None:
    release = publish(github, "prod-0", 2)
    github.list_releases()
    github.store.fault(github.path_of(release, ".tar"), status(500), forever=True)
    with pytest.raises(SourceUnavailable) as caught:
        resolver.resolve(DAY, DAY)
    assert "sig=" not in str(caught.value)


def test_cut_tar_gives_way_to_a_whole_rival_of_its_size(github, resolver) -> None:
    cut = github.publish(DAY, "prod-0", b"\1" * (3 * MIB))
    github.publish(DAY, "staging-0", b"\1" * (3 * MIB - 1024) + END)
    github.list_releases({DAY: cut})
    found = find_unbroken(resolver.releases, one(resolver))
    assert found.published.release.pod == "staging-0"
    assert "v2025.03.05-planes-readsb-prod-0 is cut" in found.problem
    assert [r.range for r in github.store.requests if r.method == "GET"] == [
        f"bytes={3 * MIB - 1024}-{3 * MIB - 1}"
    ] * 2


@pytest.mark.parametrize(
    "rival", [b"\1" * (3 * MIB), b"\1" * MIB + END], ids=["cut too", "much smaller"]
)
def test_cut_tar_without_a_sound_rival_stays(github, resolver, rival) -> None:
    cut = github.publish(DAY, "prod-0", b"\1" * (3 * MIB))
    github.publish(DAY, "staging-0", rival)
    github.list_releases({DAY: cut})
    found = one(resolver)
    assert find_unbroken(resolver.releases, found) == found


def test_garbage_in_place_of_a_listing_leaves_the_days_to_be_looked_for(github, resolver) -> None:
    publish(github, "prod-0", 2)
    github.put_listing(2025, "RELEASES.md", "<html>maintenance</html>")
    assert one(resolver).published.release.pod == "prod-0"


def test_changed_listing_server_answer_is_used_at_the_next_look(github, resolver) -> None:
    publish(github, "prod-0", 2)
    github.list_releases()
    assert one(resolver).published.release.pod == "prod-0"
    publish(github, "staging-0", 5)
    github.list_releases()
    assert one(resolver).published.release.pod == "staging-0"
