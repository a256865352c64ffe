"""What is known of a file on a server, and whether it is still the same file."""

from dataclasses import dataclass

import httpx

from flights.network.replies import read_content_range, read_length


@dataclass(frozen=True)
class Resource:
    """A file on a server: `size` [bytes], `etag` and `modified` as the server wrote them.

    `ranges`: the server says that it sends parts.
    """

    url: str
    size: int | None = None
    etag: str | None = None
    modified: str | None = None
    ranges: bool = False

    @property
    def validator(self) -> str | None:
        """The value for `If-Range`. A weak tag is not used: two different files can share it."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.modified

    def is_other_than(self, other: "Resource") -> bool:
        """True where something that both know differs."""
        pairs = (
            (_strong(self.etag), _strong(other.etag)),
            (self.size, other.size),
            # The same tag is the same file, even if another replica has another modification time.
            (None, None) if self.etag and other.etag else (self.modified, other.modified),
        )
        return any(a is not None and b is not None and a != b for a, b in pairs)


def _if_plain(text: str | None) -> str | None:
    """A tag that can be sent back; one with unusual characters counts as none."""
    return text if text and text.isascii() and text.isprintable() and len(text) < 256 else None


def _strong(etag: str | None) -> str | None:
    return etag.removeprefix("W/") if etag else None


def read_resource(reply: httpx.Response, url: str) -> Resource:
    """What a reply says of the file: the whole (200) or a part (206, 416)."""
    is_part = reply.status_code == 206 or "content-range" in reply.headers
    says_size = is_part or reply.status_code == 200
    return Resource(
        url,
        (read_content_range(reply).total if is_part else read_length(reply)) if says_size else None,
        _if_plain(reply.headers.get("etag")),
        _if_plain(reply.headers.get("last-modified")),
        is_part or "bytes" in reply.headers.get("accept-ranges", "").lower(),
    )
