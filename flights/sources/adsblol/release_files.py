"""The files of a release as they really lie at GitHub: names, sizes, tags. No API is asked."""

import hashlib
from dataclasses import dataclass

from flights.errors import SourceUnavailable
from flights.network import Door
from flights.readsb import Asset, RemoteTar
from flights.sources.adsblol.listings import Release

PART_BYTES = 2_000_000_000
"""Larger tars are published in parts of this size (`split -b`)."""
MOST_PARTS = 26
MIB = 1 << 20
_LISTED_WITHIN, _REACHED = 0.02, 0.999


@dataclass(frozen=True)
class Published:
    """A release with its assets in reading order; `is_whole` unless one is known to be missing.

    `problem` is a sentence about that, or about a size other than listed.
    """

    release: Release
    assets: tuple[Asset, ...]
    is_whole: bool = True
    problem: str = ""

    @property
    def size(self) -> int:
        """Bytes of all assets."""
        return sum(each.size for each in self.assets)

    @property
    def size_mib(self) -> int:
        """The same in whole MiB, rounded up."""
        return -(-self.size // MIB)

    @property
    def fingerprint(self) -> str:
        """Changes when an asset is uploaded anew, under the same name too."""
        lines = (f"{a.name} {a.size} {a.resource.validator}\n" for a in self.assets)
        return hashlib.sha256("".join(lines).encode()).hexdigest()[:32]

    def as_tar(self, door: Door) -> RemoteTar:
        """The assets as one tar."""
        return RemoteTar(door, self.assets)


@dataclass(frozen=True)
class ReleaseFiles:
    """Where releases lie: `server` is GitHub's address, or a mirror's."""

    door: Door
    server: str

    def look_up(self, release: Release, suffixes: tuple[str, ...] = ()) -> Published | None:
        """The release's assets: its `.tar` or its parts, never both; None where it has none.

        `suffixes` are those a listing names. Where it names a tar and parts, what is larger is
        taken, else what the listed size makes likely is looked at first.

        Raises
        ------
        SourceUnavailable
            The server cannot be asked, or does not say how large a file is.
        """
        named_whole = ".tar" in suffixes
        if named_whole and len(suffixes) > 1:
            return self._larger(release)
        likely_whole = (release.size_mib or PART_BYTES) * MIB < PART_BYTES
        ways = (self._whole, self._parts)
        for way in ways if named_whole or (likely_whole and not suffixes) else ways[::-1]:
            if (found := way(release)) is not None:
                return found
        return self._without_beginning(release) if release.size_mib is not None else None

    def _larger(self, release: Release) -> Published | None:
        both = [found for way in (self._whole, self._parts) if (found := way(release))]
        return max(both, key=lambda each: (each.is_whole, each.size), default=None)

    def _whole(self, release: Release) -> Published | None:
        asset = self._asset(release, ".tar")
        return _published(release, (asset,)) if asset else None

    def _parts(self, release: Release) -> Published | None:
        """Parts aa, ab ... up to the listed size, or to the first that is not there."""
        found: list[Asset] = []
        while len(found) < MOST_PARTS and not _reaches_listed(found, release):
            asset = self._asset(release, _part(len(found)))
            if asset is None:
                break
            found.append(asset)
        if not found:
            return None
        # A full part is followed by another one.
        missing = _part(len(found))[-2:] if found[-1].size == PART_BYTES else ""
        return _published(release, tuple(found), missing)

    def _without_beginning(self, release: Release) -> Published | None:
        asset = self._asset(release, _part(1))
        return _published(release, (asset,), "aa") if asset else None

    def _asset(self, release: Release, suffix: str) -> Asset | None:
        resource = self.door.look(self.server + release.asset_path(suffix))
        if resource is None:
            return None
        if resource.size is None:
            raise SourceUnavailable(f"{release.tag}{suffix}: the server does not say its size.")
        return Asset(f"{release.tag}{suffix}", resource, resource.size)


def _reaches_listed(found: list[Asset], release: Release) -> bool:
    """True where the parts found make up the listed size; full ones are never the last."""
    if not found or not release.size_mib or found[-1].size == PART_BYTES:
        return False
    return sum(each.size for each in found) >= _REACHED * release.size_mib * MIB


def _part(number: int) -> str:
    return f".tar.a{chr(97 + number)}"


def _published(release: Release, assets: tuple[Asset, ...], missing: str = "") -> Published:
    size = sum(each.size for each in assets)
    if missing:
        # Exactly full parts may also be the whole tar; then its end mark is there.
        behind = "it has no beginning" if missing == "aa" else "nothing tells where it ends"
        told = f"Part {missing} of {release.tag} is not there: {behind}."
        return Published(release, assets, False, told)
    listed = (release.size_mib or 0) * MIB
    if listed and abs(size - listed) > max(_LISTED_WITHIN * listed, MIB):
        told = f"{release.tag} is listed with {release.size_mib:,} MiB and has {size / MIB:,.0f}."
        return Published(release, assets, True, told)
    return Published(release, assets)
