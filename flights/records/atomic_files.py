"""Files that are complete or absent, even if a process is killed while it writes."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def replace_whole(target: Path) -> Iterator[IO[bytes]]:
    """A binary stream whose content replaces `target` when the block ends without an error.

    Readers see the old file or the new one, never a part. The temporary file is next to
    `target`, with the process and thread in its name, so that several writers do not meet; the
    last one wins. There is no fsync: this protects against a kill, not against a power cut.

    Raises
    ------
    OSError
        The folder cannot be written or the disk is full; `target` is as it was.
    """
    mark = f"{os.getpid()}-{threading.get_ident()}"
    temporary = target.with_name(f".{target.name}.{mark}.temporary")
    try:
        with temporary.open("wb") as stream:
            yield stream
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(target: Path, content: bytes) -> None:
    """Replace `target` by `content` in one step; see `replace_whole`."""
    with replace_whole(target) as stream:
        stream.write(content)
