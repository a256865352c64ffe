"""Which days a folder, a tar or parts of a tar contain; names and sizes only, no content.

A `globe_history` folder contains `YYYY/MM/DD/{heatmap,traces}`; releases are one tar per day,
split into `.tar.aa`, `.tar.ab` ... where they are large.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from flights.errors import BadPayload, InvalidInput, SourceUnavailable
from flights.readsb.heatmap import read_heatmap
from flights.readsb.members import (
    HEATMAP,
    KIND_OF_DETAIL,
    TRACE,
    Intake,
    Member,
    folder_members,
    folder_size,
    single_file,
    split_tar_members,
)
from flights.readsb.traces import read_trace

FOLDER, TAR, FILE = "folder", "tar", "file"
_PART = re.compile(r"^(?P<stem>.+\.tar)(?:\.(?P<part>[a-z]{2}))?$")
_DAY_IN_NAME = re.compile(r"(?<!\d)(\d{4})[-.](\d\d)[-.](\d\d)(?!\d)")
RELEASE_KIND = re.compile(r"-planes-readsb-([a-z]+-\d+(?:tmp)?)")
_MAY_HOLD_DAYS = re.compile(r"^\d{4}$|^\d\d$|globe_history")
_DEEPEST = 5
"""Folders below the given one that are looked into; from the third on only named like dates."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LocalDay:
    """One day on disk, a `collect.DayInput`."""

    day: date
    kind: str
    paths: tuple[Path, ...]
    size_bytes: int
    release_kind: str = ""
    problem: str = ""
    dated_by_stamp: bool = False

    @property
    def name(self) -> str:
        """How to call it in a sentence."""
        last = self.paths[0]
        return "/".join(last.parts[-3:]) if self.kind == FOLDER else last.name

    def kind_of(self, detail: str) -> str:
        """Kind of member to read; a single file has its own kind."""
        if self.kind == FILE:
            return TRACE if self.paths[0].suffix == ".json" else HEATMAP
        return KIND_OF_DETAIL[detail]

    def read_members(self, kind: str, intake: Intake) -> Iterator[Member]:
        """Members of one kind in any order; files and problems are recorded in `intake`.

        Raises
        ------
        SourceUnavailable
            A tar cannot be opened or read at all.
        """
        if self.kind == FOLDER:
            yield from folder_members(self.paths[0], kind, intake)
        elif self.kind == TAR:
            yield from split_tar_members(self.paths, kind, intake)
        else:
            yield from single_file(self.paths[0], intake)


def find_days(path: Path, kind: str) -> list[LocalDay]:
    """Days found at `path`, in order, one input each; sizes are of members of `kind`.

    Where several inputs claim one day, the largest is taken (never one of multilateration
    only, if there is another) and the others are named in its `problem`.

    Raises
    ------
    InvalidInput
        `path` contains no readsb archive.
    """
    found = list(_find_by_path(path, kind))
    if not found:
        raise InvalidInput(
            f"{path} contains no readsb archive. Give a globe_history folder (YYYY/MM/DD below "
            "it), one day's folder with heatmap/ or traces/ in it, a .tar or its parts."
        )
    by_day: dict[date, list[LocalDay]] = {}
    for each in found:
        by_day.setdefault(each.day, []).append(each)
    return [_best(by_day[day]) for day in sorted(by_day)]


def _find_by_path(path: Path, kind: str) -> Iterator[LocalDay]:
    if path.is_dir():
        yield from _find_in_folder(path, kind, 0)
    elif match := _PART.match(path.name):
        yield from _find_tars(path.parent, [match["stem"]], kind)
    elif path.is_file():
        yield from _dated(_single(path, kind), kind, FILE, [path], path.stat().st_size, "")
    else:
        yield from _find_tars(path.parent, [path.name + ".tar"], kind)


def _single(path: Path, kind: str) -> date | None:
    """A single file has the day of its time stamps; raises if it is no archive file."""
    if path.suffix == ".json" or path.name.endswith(".bin.ttf"):
        return None
    raise InvalidInput(
        f"{path} is not a file of a readsb archive: expected .tar, .tar.aa, NN.bin.ttf or "
        "trace_full_<address>.json."
    )


def _find_in_folder(folder: Path, kind: str, depth: int) -> Iterator[LocalDay]:
    if (folder / "heatmap").is_dir() or (folder / "traces").is_dir():
        size = folder_size(folder, kind)
        yield from _dated(_day_of_folder(folder), kind, FOLDER, [folder], size, "")
        return
    entries = _list(folder)
    stems = {match["stem"] for each in entries if (match := _PART.match(each.name))}
    yield from _find_tars(folder, sorted(stems), kind)
    for each in entries:
        if each.is_dir() and (depth < 2 or _MAY_HOLD_DAYS.search(each.name)) and depth < _DEEPEST:
            yield from _find_in_folder(each, kind, depth + 1)


def _list(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise SourceUnavailable(f"{folder} cannot be read: {error.strerror}.") from error


def _find_tars(folder: Path, stems: list[str], kind: str) -> Iterator[LocalDay]:
    for stem in stems:
        paths, problem = _choose_parts(folder, stem)
        if paths:
            size = sum(path.stat().st_size for path in paths)
            yield from _dated(_day_in(stem), kind, TAR, paths, size, problem)


def _choose_parts(folder: Path, stem: str) -> tuple[list[Path], str]:
    """The files to read one after the other, and a sentence about a choice or a missing part."""
    whole = folder / stem
    found = {path.name[-2:]: path for path in folder.glob("*") if _is_part(path.name, stem)}
    parts, hole = _unbroken(found)
    if whole.is_file():
        if not found:
            return [whole], ""
        if whole.stat().st_size >= sum(part.stat().st_size for part in parts):
            return (
                [whole],
                f"{stem} is in the same folder as its parts; only the whole file was read.",
            )
        return parts, f"{stem} is smaller than its parts; only the parts were read."
    if hole and not parts:
        return sorted(found.values()), f"Part {hole} of {stem} is missing, so it has no beginning."
    return parts, f"Part {hole} of {stem} is missing; nothing after it was read." if hole else ""


def _is_part(name: str, stem: str) -> bool:
    match = _PART.match(name)
    return bool(match and match["part"] and match["stem"] == stem)


def _unbroken(found: dict[str, Path]) -> tuple[list[Path], str]:
    """Parts aa, ab ... up to the first that is missing, and that one's suffix ("" = none)."""
    parts: list[Path] = []
    for number in range(len(found)):
        suffix = chr(97 + number // 26) + chr(97 + number % 26)
        if suffix not in found:
            return parts, suffix
        parts.append(found[suffix])
    return parts, ""


def _dated(
    day: date | None, wanted: str, kind: str, paths: list[Path], size: int, problem: str
) -> Iterator[LocalDay]:
    """One input, with its day from the stamps inside where the name has none."""
    release = RELEASE_KIND.search(paths[0].name)
    known = LocalDay(
        day or date.min, kind, tuple(paths), size, release[1] if release else "", problem
    )
    stamped = day or _stamped_day(known, wanted)
    if stamped is None:
        logger.warning("%s: neither its name nor its content gives its day", paths[0])
        return
    yield replace(known, day=stamped, dated_by_stamp=day is None)


def _stamped_day(source: LocalDay, wanted: str) -> date | None:
    """UTC day of the first member that can be read."""
    for kind in sorted((HEATMAP, TRACE), key=lambda each: each != wanted):
        for member in source.read_members(kind, Intake()):
            stamp = _first_stamp(member)
            if stamp is not None:
                return datetime.fromtimestamp(stamp / 1000, UTC).date()
    return None


def _first_stamp(member: Member) -> int | None:
    try:
        if member.kind == HEATMAP:
            return read_heatmap(member.data, member.name).starts_at
        positions = read_trace(member.data, member.name).positions
        return int(positions["seen_at"][0]) if len(positions) else None
    except (BadPayload, OverflowError, OSError, ValueError):
        return None


def _day_of_folder(folder: Path) -> date | None:
    parts = folder.resolve().parts[-3:]
    return _date_of(*parts) if len(parts) == 3 else _day_in(folder.name)


def _day_in(name: str) -> date | None:
    match = _DAY_IN_NAME.search(name)
    return _date_of(*match.groups()) if match else None


def _date_of(year: str, month: str, day: str) -> date | None:
    if not (len(year) == 4 and (year + month + day).isdigit()):
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _best(claims: list[LocalDay]) -> LocalDay:
    """The largest claim, those of multilateration only last."""
    ranked = sorted(claims, key=lambda each: ("mlatonly" in each.release_kind, -each.size_bytes))
    if len(ranked) == 1:
        return ranked[0]
    others = ", ".join(each.name for each in ranked[1:])
    sentence = f"The same day is in {others} too; the largest was read."
    return replace(ranked[0], problem=f"{ranked[0].problem} {sentence}".strip())
