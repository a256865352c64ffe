"""The file of a month in the cache: fetched once, and reused while the server has the same file.

A second file next to it has its size, tag and hash. A file whose month is complete may be
removed; an interrupted download continues.
"""

import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from flights.errors import BadPayload
from flights.network import Door, Resource
from flights.records import InputFile

Report = Callable[[str, float], None]

_CHUNK = 1 << 20
_MD5 = re.compile(r"md5:([0-9a-f]{32})")


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Note:
    """Description of a file in the cache."""

    fingerprint: str
    file: InputFile


@dataclass(frozen=True)
class CachedFile:
    """The file of `resource` at `path`, fetched or not."""

    path: Path
    resource: Resource

    @property
    def _note(self) -> Path:
        return self.path.with_name(f"{self.path.name}.json")

    @property
    def fingerprint(self) -> str:
        """Name, size and tag, which distinguish this file from a later one of the same name."""
        parts = (self.path.name, self.resource.size, self.resource.etag or self.resource.modified)
        return " ".join(str(each) for each in parts if each)

    def known(self) -> InputFile | None:
        """The file in the cache, if the server still has the same one."""
        try:
            note = msgspec.json.decode(self._note.read_bytes(), type=_Note)
            is_whole = self.path.stat().st_size == note.file.size
        except FileNotFoundError:
            return None
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            log.warning("%s cannot be read (%s); the file is fetched again", self._note, error)
            return None
        return note.file if is_whole and note.fingerprint == self.fingerprint else None

    def fingerprint_of(self, file: InputFile) -> str:
        """Fingerprint of the offer, or that of the fetched file if the server had another one."""
        fetched = Resource(self.resource.url, file.size, file.etag)
        if file.etag and self.resource.is_other_than(fetched):
            return replace(self, resource=fetched).fingerprint
        return self.fingerprint

    def fetch(self, door: Door, report: Report) -> InputFile:
        """The file, from the cache or the server.

        Raises
        ------
        BadPayload
            The file differs from the announced one.
        """
        found = self.known()
        if found is None:
            self._note.unlink(missing_ok=True)
            found = door.download(self.resource.url, self.path, report=report)
            self._check(found)
            note = _Note(self.fingerprint_of(found), found)
            self._note.write_bytes(msgspec.json.encode(note))
        return found

    def drop(self) -> None:
        """Remove the file and its second file."""
        for path in (self._note, self.path):
            path.unlink(missing_ok=True)

    def _check(self, found: InputFile) -> None:
        """Compare with the announced size, and with the md5 that some tags contain."""
        tag = _MD5.search(found.etag or "")
        if self.resource.size not in (None, found.size):
            what = f"has {found.size:,} bytes instead of {self.resource.size:,}"
        elif tag and tag[1] != _md5(self.path):
            what = "does not have the md5 of its tag"
        else:
            return
        self.drop()
        raise BadPayload(f"{self.path.name} {what}; pull it again.")


def _md5(path: Path) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
