"""The heatmaps and traces of one day's input, one at a time, from folders and tars."""

import hashlib
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from flights.errors import SourceUnavailable
from flights.readsb import heatmap, traces
from flights.readsb.tar.stream import FilePart, HashedParts, Stream, TarDamaged, TarMember, walk_tar
from flights.records import InputFile

HEATMAP, TRACE = "heatmap", "trace"
KIND_OF_DETAIL = {"heatmaps": HEATMAP, "traces": TRACE}
_NAMES = (
    (HEATMAP, re.compile(r"(?:^|/)heatmap/(\d\d)\.bin\.ttf$"), heatmap.LIMIT_BYTES),
    (TRACE, re.compile(r"(?:^|/)traces/([0-9a-f]{2})/trace_full_~?[0-9a-f]{6}\.json$"),
     traces.LIMIT_BYTES),
)  # fmt: skip
_TRACE_FOLDER = re.compile(r"(?:^|/)traces/([0-9a-f]{2})/?$")
_UNSAFE = re.compile(r"[\x00-\x1f\\]|^[A-Za-z]:")


@dataclass(frozen=True)
class Member:
    """One file of a day. `key`: half hour `00`..`47` of a heatmap, folder `00`..`ff` of a trace.

    Both are what the name says; the stamps inside may say otherwise.
    """

    name: str
    kind: str
    key: str
    data: bytes


@dataclass
class Intake:
    """Files, refusals and problems recorded while members are read.

    `refused` counts members by reason, `lost` those of them that should contain positions.
    `problems` are sentences, `inputs` the files read, `folders` the trace folders that exist,
    with or without files (readsb always makes all 256).

    `report_progress` works the other way: it reports the share read. `report` may raise to
    stop the reading.
    """

    refused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    inputs: list[InputFile] = field(default_factory=list)
    folders: set[str] = field(default_factory=set)
    lost: int = 0
    report: Callable[[str, float], None] = field(default=lambda what, share: None)
    scale: float = 1.0
    share: float = 0.0

    def report_progress(self, what: str, share: float | None = None) -> None:
        """Report what is done now and the share done (0 to 1; None = as before)."""
        self.share = min(max(self.share, share or 0.0), 1.0)
        self.report(what, self.scale * self.share)

    def refuse(self, name: str, why: str) -> None:
        """Count a member that was not read, and keep the first name as an example."""
        self.refused[why] += 1
        self.lost += classify(name) is not None
        self.examples.setdefault(why, name[:120])

    def refusals(self) -> list[str]:
        """One sentence per reason."""
        return [
            f"{count} member(s) refused: {why} (the first: {self.examples[why]!r})."
            for why, count in self.refused.items()
        ]


def classify(name: str) -> tuple[str, str, int] | None:
    """Kind, key and size limit [bytes] of a member by its name; None for anything else.

    >>> classify("./heatmap/07.bin.ttf")[:2], classify("traces/3c/trace_full_~2a1b3c.json")[:2]
    (('heatmap', '07'), ('trace', '3c'))
    """
    for kind, pattern, limit in _NAMES:
        if (match := pattern.search(name)) and not (kind == HEATMAP and int(match[1]) > 47):
            return kind, match[1], limit
    return None


def tar_members(
    stream: Stream,
    kind: str,
    intake: Intake,
    *,
    start: int = 0,
    stop: int | None = None,
    only: frozenset[str] = frozenset(),
    inspect: Callable[[TarMember], None] | None = None,
) -> Iterator[Member]:
    """Members of one kind of a tar, or of its headers from byte `start` to `stop`.

    A tar that breaks off gives what came before, and says so. Of `only` some addresses, if any
    are given, traces are read. `inspect` gets each file before it is read; what it raises ends
    the reading there.
    """

    def choose(found: TarMember) -> bool:
        if inspect:
            inspect(found)
        known = _judge(found, intake)
        if known is None or known[0] != kind:
            return False
        if kind == TRACE:
            intake.folders.add(known[1])
        return not only or _address(found.name) in only

    try:
        for found in walk_tar(stream, choose, start=start, stop=stop):
            known = classify(found.name)
            if found.data is not None and known:
                yield Member(found.name, known[0], known[1], found.data)
            elif found.is_folder and (match := _TRACE_FOLDER.search(found.name)):
                intake.folders.add(match[1])
            elif not found.is_file and not found.is_folder:
                intake.refuse(found.name, "a link, device or other thing that is no plain file")
    except TarDamaged as error:
        text = str(error)
        sentence = f"{text[0].upper()}{text[1:]}; what came before was read."
        if sentence not in intake.problems:
            intake.problems.append(sentence)


def _address(name: str) -> str:
    """Whose trace a member is, by its name."""
    return PurePosixPath(name).stem.removeprefix("trace_full_")


def _judge(found: TarMember, intake: Intake) -> tuple[str, str, int] | None:
    """Kind, key and limit of a plain file fit to be read, else None (and counted)."""
    path = PurePosixPath(found.name)
    if path.is_absolute() or ".." in path.parts or _UNSAFE.search(found.name):
        intake.refuse(found.name, "a name that leads out of the archive")
        return None
    known = classify(found.name)
    if known and found.size > known[2]:
        intake.refuse(found.name, f"more than {known[2]:,} bytes")
        return None
    return known


def split_tar_members(paths: Sequence[Path], kind: str, intake: Intake) -> Iterator[Member]:
    """Members of a tar given by its part files in order; all of them are read and hashed."""
    try:
        with HashedParts([FilePart(path) for path in paths]) as stream:
            yield from tar_members(stream, kind, intake)
            while stream.read(1 << 20):  # behind the damage, for the hash of the whole
                pass
    except OSError as error:
        raise SourceUnavailable(f"{paths[0].name} cannot be read: {error.strerror}.") from error
    intake.inputs.extend(stream.inputs)


def folder_members(folder: Path, kind: str, intake: Intake) -> Iterator[Member]:
    """Members of one kind of a day's folder, in order of name.

    Heatmaps become one input each. All traces become one input named `traces/`: its size is
    the sum, its SHA-256 that of the lines `<sha256 of the file>  <path>\\n` in reading order,
    which is what `sha256sum` prints, so that anyone can repeat it.
    """
    combined, total, count = hashlib.sha256(), 0, 0
    if kind == TRACE:
        intake.folders |= {path.name for path in (folder / "traces").glob("??")}
    for path in _files(folder, kind):
        name = path.relative_to(folder).as_posix()
        data = _read_file(path, name, intake)
        if data is None:
            continue
        digest = hashlib.sha256(data).hexdigest()
        known = classify(name)
        if known is None:
            continue
        if kind == HEATMAP:
            intake.inputs.append(InputFile(name, len(data), digest))
        combined.update(f"{digest}  {name}\n".encode())
        total, count = total + len(data), count + 1
        yield Member(name, known[0], known[1], data)
    if kind == TRACE and count:
        intake.inputs.append(InputFile(f"traces/ ({count} files)", total, combined.hexdigest()))


def single_file(path: Path, intake: Intake) -> Iterator[Member]:
    """A single heatmap or trace file; its name says which."""
    data = _read_file(path, path.name, intake)
    if data is None:
        return
    intake.inputs.append(InputFile(path.name, len(data), hashlib.sha256(data).hexdigest()))
    kind = TRACE if path.suffix == ".json" else HEATMAP
    yield Member(path.name, kind, path.name[:2] if kind == HEATMAP else "", data)


def _files(folder: Path, kind: str) -> Iterator[Path]:
    """Files of a day's folder whose names are those of `kind`, folder by folder."""
    places = [folder / "heatmap"] if kind == HEATMAP else sorted((folder / "traces").glob("??"))
    for place in places:
        if place.is_dir():
            known = (path for path in place.iterdir() if classify(_in_archive(path, folder)))
            yield from sorted(known)


def _in_archive(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def folder_size(folder: Path, kind: str) -> int:
    """Bytes of the members of one kind in a day's folder."""
    return sum(path.lstat().st_size for path in _files(folder, kind))


def _read_file(path: Path, name: str, intake: Intake) -> bytes | None:
    """Bytes of a plain file within its limit; None (and counted) for anything else."""
    try:
        state = path.lstat()
        known = classify(name)
        limit = known[2] if known else heatmap.LIMIT_BYTES
        if not stat.S_ISREG(state.st_mode):
            intake.refuse(name, "a link, device or other thing that is no plain file")
        elif state.st_size > limit:
            intake.refuse(name, f"more than {limit:,} bytes")
        else:
            return path.read_bytes()
    except OSError as error:
        intake.refuse(name, f"cannot be read ({error.strerror})")
    return None
