"""The GitHub releases of adsb.lol on this machine: three servers, as in reality.

    with GitHub() as github:
        github.publish(day, "prod-0", tar_bytes, part_bytes=300_000)   # or one .tar
        github.list_releases()          # RELEASES.md and PREFERRED_RELEASES.txt, as published
        monkeypatch.setenv("FLIGHTS_MIRRORS", github.mirrors)

`pages` answers a download with 302 to `store` (another host name, a signed query), which gives
ranges and tags; `raw` holds the listings. `pretend` makes assets of any size of which only the
head can be asked for.
"""

from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date
from typing import Self

from loopback import LoopbackServer, Reply, Request, claim

from flights.sources.adsblol.listings import GITHUB, LISTINGS, Release, listing_path

MIB = 1 << 20
SIGNATURE = "sig=not-to-be-shown"


class GitHub:
    """See the top of the file."""

    def __init__(self) -> None:
        self.pages = LoopbackServer()
        self.store = LoopbackServer("localhost")
        self.raw = LoopbackServer()
        self._sizes: dict[Release, tuple[int, list[str]]] = {}
        self._targets: dict[str, str] = {}
        self._open = ExitStack()
        self.pages.route("/", self._send_on)

    def __enter__(self) -> Self:
        for server in (self.pages, self.store, self.raw):
            self._open.enter_context(server)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def mirrors(self) -> str:
        """Value of FLIGHTS_MIRRORS that leads here."""
        return f"{GITHUB}={self.pages.url} {LISTINGS}={self.raw.url}"

    def publish(
        self,
        day: date,
        pod: str,
        tar: bytes,
        *,
        part_bytes: int = 0,
        year: int = 0,
        etag: str = "",
    ) -> Release:
        """Lay a release's assets: one `.tar`, or parts of `part_bytes`."""
        release = Release(day, pod, year or day.year, max(len(tar) // MIB, 1))
        pieces: dict[str, bytes] = {".tar": tar}
        if part_bytes:
            starts = range(0, len(tar), part_bytes)
            pieces = {_part(n): tar[at : at + part_bytes] for n, at in enumerate(starts)}
        for suffix, piece in pieces.items():
            self.lay(release, suffix, piece, etag=etag)
        self._sizes[release] = len(tar), list(pieces)
        return release

    def lay(self, release: Release, suffix: str, body: bytes, *, etag: str = "") -> str:
        """One asset; its path at the store."""
        path = self.path_of(release, suffix)
        self.store.put(path, body, etag=etag)
        self._targets[release.asset_path(suffix)] = f"{self.store.url_of(path)}?{SIGNATURE}"
        return path

    def take_away(self, release: Release, suffix: str) -> None:
        """The asset is not there any more."""
        del self._targets[release.asset_path(suffix)]

    def pretend(self, release: Release, sizes: Mapping[str, int]) -> None:
        """Assets by suffix that only say their size."""
        for suffix, size in sizes.items():
            path = self.lay(release, suffix, b"", etag=f'"{release.tag}{suffix}"')
            self.store.fault(path, claim(size), method="HEAD", forever=True)

    def _send_on(self, request: Request) -> Reply:
        target = self._targets.get(request.path)
        return Reply(302, b"", {"Location": target}) if target else Reply(404)

    def path_of(self, release: Release, suffix: str) -> str:
        """Address of an asset at the store."""
        return f"/release-assets/{release.year}/{release.tag}{suffix}"

    def list_releases(self, preferred: Mapping[date, Release] | None = None) -> None:
        """Both listings of what was published; preferred is the largest unless given."""
        by_year: dict[int, dict[date, list[Release]]] = defaultdict(lambda: defaultdict(list))
        for release in self._sizes:
            by_year[release.year][release.day].append(release)
        for year, days in by_year.items():
            sizes, addresses = ["# Releases"], []
            for day in sorted(days, reverse=True):
                sizes.append(f"- {day} " + " ".join(map(_sized, days[day])))
                best = max(days[day], key=lambda each: self._sizes[each][0])
                best = (preferred or {}).get(day, best)
                own = self._sizes[best][1]
                addresses.append(",".join(GITHUB + best.asset_path(suffix) for suffix in own))
            self.put_listing(year, "RELEASES.md", "\n".join(sizes))
            self.put_listing(year, "PREFERRED_RELEASES.txt", "\n".join(addresses))

    def put_listing(self, year: int, name: str, text: str) -> None:
        """One listing, word for word."""
        self.raw.put(listing_path(year, name), text.encode())

    def bytes_asked(self) -> int:
        """Bytes the store was asked for, by the ranges of all GETs."""
        total = 0
        for request in self.store.requests:
            if request.method == "GET":
                size = len(self.store._pages[request.path].body)
                first, _, last = (request.range or "bytes=0-").removeprefix("bytes=").partition("-")
                total += min(int(last) + 1 if last else size, size) - int(first)
        return total


def _sized(release: Release) -> str:
    page = f"{GITHUB}/adsblol/globe_history_{release.year}/releases/tag/{release.tag}#assets"
    return f"[planes-readsb-{release.pod} ({release.size_mib} MiB)]({page})"


def _part(number: int) -> str:
    return f".tar.a{chr(97 + number)}"
