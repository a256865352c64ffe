"""The files of a release at GitHub: names, sizes and tags, found without GitHub's API."""

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
# Listed sizes are rounded MiB: a larger difference is reported, and parts that reach this share
# of the listed size are complete.
_LISTED_WITHIN, _REACHED = 0.02, 0.999


@dataclass(frozen=True)
class Published:
    """A release with its files in order; `is_whole` is False if one is known to be missing.

    `problem` is a sentence on that, or on a size that differs from the list.
    """

    release: Release
    assets: tuple[Asset, ...]
    is_whole: bool = True
    problem: str = ""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(each.size for each in self.assets)

    @property
    def size_mib(self) -> int:
        """Size in MiB, rounded up."""
        return -(-self.size // MIB)

    @property
    def fingerprint(self) -> str:
        """Changes if a file is uploaded again, even under the same name."""
        lines = (f"{a.name} {a.size} {a.resource.validator}\n" for a in self.assets)
        return hashlib.sha256("".join(lines).encode()).hexdigest()[:32]

    def as_tar(self, door: Door) -> RemoteTar:
        """The files as one tar."""
        return RemoteTar(door, self.assets)


@dataclass(frozen=True)
class ReleaseFiles:
    """Finds files of releases; `server` is the address of GitHub or of a mirror."""

    door: Door
    server: str

    def fetch_published(self, release: Release, suffixes: tuple[str, ...] = ()) -> Published | None:
        """The files of a release: its `.tar` or its parts, never both; None if it has none.

        `suffixes` are those in the list. If the list has both a tar and parts, the larger is used;
        else the form that fits the listed size is tried first.

        Raises
        ------
        SourceUnavailable
            The server cannot be reached, or does not give the size of a file.
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
        """Parts aa, ab ... up to the listed size, or to the first missing one."""
        found: list[Asset] = []
        while len(found) < MOST_PARTS and not _reaches_listed(found, release):
            asset = self._asset(release, _part(len(found)))
            if asset is None:
                break
            found.append(asset)
        if not found:
            return None
        # A part of full size is followed by another one.
        missing = _part(len(found))[-2:] if found[-1].size == PART_BYTES else ""
        return _published(release, tuple(found), missing)

    def _without_beginning(self, release: Release) -> Published | None:
        asset = self._asset(release, _part(1))
        return _published(release, (asset,), "aa") if asset else None

    def _asset(self, release: Release, suffix: str) -> Asset | None:
        resource = self.door.fetch_head(self.server + release.asset_path(suffix))
        if resource is None:
            return None
        if resource.size is None:
            raise SourceUnavailable(f"{release.tag}{suffix}: the server does not give its size.")
        return Asset(f"{release.tag}{suffix}", resource, resource.size)


def _reaches_listed(found: list[Asset], release: Release) -> bool:
    """True if the parts reach the listed size; a part of full size is never the last."""
    if not found or not release.size_mib or found[-1].size == PART_BYTES:
        return False
    return sum(each.size for each in found) >= _REACHED * release.size_mib * MIB


def _part(number: int) -> str:
    return f".tar.a{chr(97 + number)}"


def _published(release: Release, assets: tuple[Asset, ...], missing: str = "") -> Published:
    size = sum(each.size for each in assets)
    if missing:
        # The parts may still be the whole tar, if its size is a multiple of the part size; then the
        # tar has its end mark, which `resolver.find_unbroken` checks.
        effect = "its beginning is missing" if missing == "aa" else "its end may be missing"
        problem = f"Part {missing} of {release.tag} does not exist: {effect}."
        return Published(release, assets, False, problem)
    listed = (release.size_mib or 0) * MIB
    if listed and abs(size - listed) > max(_LISTED_WITHIN * listed, MIB):
        problem = (
            f"{release.tag} is listed with {release.size_mib:,} MiB but has {size / MIB:,.0f} MiB."
        )
        return Published(release, assets, True, problem)
    return Published(release, assets)
