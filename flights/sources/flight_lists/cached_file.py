"""A month's file in the cache: fetched once, and taken from there while it is the same file.

Beside the file stands a note of what it is: size, tag, hash. A file that is read to its end
and whose month is done may go; one that is cut off by a kill goes on where it stopped.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from flights.errors import BadPayload
from flights.network import Door, Resource
from flights.records import InputFile

Report = Callable[[str, float], None]

_CHUNK = 1 << 20
_MD5 = re.compile(r"md5:([0-9a-f]{32})")


@dataclass(frozen=True)
class CachedFile:
    """Where the file of `resource` lies, or will lie."""

    path: Path
    resource: Resource

    @property
    def _note(self) -> Path:
        return self.path.with_name(f"{self.path.name}.json")

    @property
    def fingerprint(self) -> str:
        """Name, size and tag: what tells this file from a later one of the same name."""
        told = (self.path.name, self.resource.size, self.resource.etag or self.resource.modified)
        return " ".join(str(each) for each in told if each)

    def known(self) -> InputFile | None:
        """What lies there, where it is the file that the server has now."""
        try:
            note = json.loads(self._note.read_bytes())
            file = InputFile(**note["file"])
            lies = self.path.stat().st_size == file.size
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return file if lies and note.get("fingerprint") == self.fingerprint else None

    def fingerprint_of(self, file: InputFile) -> str:
        """That of the offer, unless the server had another file by the time it was fetched."""
        fetched = Resource(self.resource.url, file.size, file.etag)
        if file.etag and self.resource.is_other_than(fetched):
            return replace(self, resource=fetched).fingerprint
        return self.fingerprint

    def fetch(self, door: Door, report: Report) -> InputFile:
        """The file, from the cache or the server.

        Raises
        ------
        BadPayload
            It is not what the server said it is.
        """
        found = self.known()
        if found is None:
            self._note.unlink(missing_ok=True)
            found = door.download(self.resource.url, self.path, report=report)
            self._check(found)
            note = {"fingerprint": self.fingerprint_of(found), "file": asdict(found)}
            self._note.write_text(json.dumps(note), encoding="utf-8")
        return found

    def drop(self) -> None:
        """Remove the file and its note."""
        for path in (self._note, self.path):
            path.unlink(missing_ok=True)

    def _check(self, found: InputFile) -> None:
        """Compare with what was looked up: another size, or an md5 that some tags carry."""
        told = _MD5.search(found.etag or "")
        if self.resource.size not in (None, found.size):
            what = f"has {found.size:,} bytes instead of {self.resource.size:,}"
        elif told and told[1] != _md5(self.path):
            what = "is not the file that its md5 names"
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
