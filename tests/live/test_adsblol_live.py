"""Do adsb.lol's releases still lie where and how FORMATS says? Some heads and 2 kB of bytes."""

from datetime import date

from flights.sources.adsblol.listings import GITHUB, LISTINGS
from flights.sources.adsblol.release_files import ReleaseFiles
from flights.sources.adsblol.resolver import Resolver

DAY = date(2025, 6, 11)


def test_day_of_tmp_releases_is_found_with_ranges_and_tags(live_door) -> None:
    live_door(LISTINGS)
    door = live_door(GITHUB)
    (found,) = Resolver(ReleaseFiles(door, GITHUB), LISTINGS).resolve(DAY, DAY)
    published = found.published
    assert published is not None and published.is_whole
    assert published.release.pod == "staging-0tmp"
    assert [each.name[-3:] for each in published.assets] == [".aa", ".ab"]
    assert all(each.resource.etag for each in published.assets)
    tar = published.as_tar(door)
    assert tar.ends_whole()
    assert tar.fetch(257, 262) == b"ustar"
