"""A day's tar on a server: one file, or parts that follow each other, as one stream of bytes."""

from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate

from flights.network import Door, RemoteStream, Resource
from flights.readsb.tar.stream import BLOCK

_END_MARK = 2 * BLOCK


@dataclass(frozen=True)
class Asset:
    """One file on a server, as it was when it was looked at; `size` in bytes."""

    name: str
    resource: Resource
    size: int


@dataclass(frozen=True)
class AssetSpan:
    """Bytes `start` to `stop` of an asset, a `stream.Part`."""

    door: Door
    asset: Asset
    start: int
    stop: int
    prefix: str = ""

    @property
    def name(self) -> str:
        """The asset's name, and what of it is read."""
        return f"{self.prefix}{self.asset.name}"

    @property
    def etag(self) -> str | None:
        """The tag the server gave the asset."""
        return self.asset.resource.etag

    def open(self) -> RemoteStream:
        """A stream that goes on by itself after a cut."""
        whole = (self.start, self.stop) == (0, self.asset.size)
        return self.door.open(
            self.asset.resource.url,
            start=self.start,
            stop=None if whole else self.stop,
            resource=self.asset.resource,
        )


@dataclass(frozen=True)
class RemoteTar:
    """Assets that follow each other as one tar."""

    door: Door
    assets: tuple[Asset, ...]

    @property
    def size(self) -> int:
        """Bytes of all assets."""
        return sum(each.size for each in self.assets)

    def spans(self, start: int, stop: int, prefix: str = "") -> list[AssetSpan]:
        """The part of each asset in bytes `start` to `stop` of the tar."""
        ends = list(accumulate(each.size for each in self.assets))
        found = []
        for asset, end in zip(self.assets, ends, strict=True):
            begin = end - asset.size
            inside = max(start, begin) - begin, min(stop, end) - begin
            if inside[0] < inside[1]:
                found.append(AssetSpan(self.door, asset, *inside, prefix))
        return found

    def fetch(self, start: int, stop: int) -> bytes:
        """Bytes of the tar; meant for few of them."""
        pieces = []
        for span in self.spans(start, stop):
            with closing(span.open()) as stream:
                pieces.append(stream.read(-1))
        return b"".join(pieces)

    def ends_whole(self) -> bool:
        """True where the tar ends in its end mark; a tar that was cut has none.

        Raises
        ------
        RangesRefused
            The server only gives whole files.
        """
        mark = self.fetch(max(self.size - _END_MARK, 0), self.size)
        return len(mark) == _END_MARK and not mark.strip(b"\0")
