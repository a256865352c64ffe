"""Tars laid out as releases are: folders in any order, each folder's members together.

Members hold random bytes (as gzip looks), so nothing in them is mistaken for a header.
"""

import io
import random
import tarfile
from collections.abc import Iterable, Mapping

Members = Mapping[str, bytes]
ORDERS = {
    "heatmaps first": ("heatmap", "acas", "readme", "traces"),
    "heatmaps last": ("readme", "traces", "acas", "heatmap"),
    "heatmaps between traces and acas": ("traces", "heatmap", "acas", "readme"),
    "acas first": ("acas", "readme", "heatmap", "traces"),
}


def heatmap_name(number: int) -> str:
    return f"./heatmap/{number:02d}.bin.ttf"


def make_folders(
    *, heatmap_bytes: int = 60_000, trace_bytes: int = 3_000, traces: int = 4, seed: int = 1
) -> dict[str, dict[str, bytes]]:
    """Folders of a day with members of about these sizes, `traces` files in each of 256 folders."""
    chance = random.Random(seed)

    def body(mean: int) -> bytes:
        return chance.randbytes(int(mean * chance.uniform(0.5, 1.5)))

    names = [f"./traces/{n:02x}/trace_full_{k:04x}{n:02x}.json" for n in range(256)
             for k in range(traces)]  # fmt: skip
    folders = {
        "heatmap": {heatmap_name(n): body(heatmap_bytes) for n in range(48)},
        "acas": {"./acas/acas.csv.gz": body(4_000), "./acas/acas.json.gz": body(9_000)},
        "readme": {"./README.txt": b"read me", "./LICENSE-ODbL.txt": body(20_000)},
        "traces": {name: body(trace_bytes) for name in names},
    }
    # A few aircraft are heard all day: their traces are far larger than a window.
    for name in chance.sample(names, 8):
        folders["traces"][name] = body(40 * trace_bytes)
    return folders


def shuffled(members: Members, seed: int = 2) -> dict[str, bytes]:
    """The same members, folder by folder, folders and members in another order."""
    chance = random.Random(seed)
    folders: dict[str, list[str]] = {}
    for name in members:
        folders.setdefault(name.rpartition("/")[0], []).append(name)
    order = list(folders)
    chance.shuffle(order)
    return {n: members[n] for f in order for n in chance.sample(folders[f], len(folders[f]))}


def tar_of(parts: Iterable[Members], *, form: int = tarfile.GNU_FORMAT) -> bytes:
    """A tar as `tar -C day -cf x.tar .` makes it, with an entry for each folder."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as tar:
        known: set[str] = set()
        for name, data in ((name, data) for part in parts for name, data in part.items()):
            for folder in _folders_above(name):
                if folder not in known:
                    known.add(folder)
                    entry = tarfile.TarInfo(folder)
                    entry.type = tarfile.DIRTYPE
                    tar.addfile(entry)
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.mtime = 1.5 if form == tarfile.PAX_FORMAT else 1  # a fraction needs a pax header
            tar.addfile(info, io.BytesIO(data))
    return file.getvalue()


def _folders_above(name: str) -> list[str]:
    parts = name.split("/")[:-1]
    return ["/".join(parts[: n + 1]) + "/" for n in range(len(parts))]


def tar_in_order(folders: Mapping[str, Members], order: Iterable[str], *, seed: int = 2) -> bytes:
    """A day's folders one behind the other, members inside each shuffled."""
    return tar_of(shuffled(folders[each], seed) for each in order)
