"""Write the results of several studies: a folder each, and tables of all, each p adjusted."""

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pandas as pd

from analysis.drawing.captions import format_contents
from analysis.drawing.charts.forest_chart import draw_studies
from analysis.event_study import format_title
from analysis.reports.study_report import render_svg, write_outputs
from analysis.study import Effect, ListResult, Stack, StudyResult, Verdict, to_json
from flights.errors import ArchiveError
from flights.records import Header, open_writer

_WIDTH = 900
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def make_folder_names(paths: Sequence[str | Path]) -> list[str]:
    """The name of a folder for each study file, in their order.

    >>> make_folder_names(["a/one.toml", "b/one.toml"])
    ['01-one', '02-one']
    """
    stems = [_UNSAFE.sub("-", Path(path).stem) for path in paths]
    return [f"{number:02d}-{stem}" for number, stem in enumerate(stems, start=1)]


def write_list(
    found: ListResult, flights: Sequence[pd.DataFrame], folder: Path, names: Sequence[str]
) -> list[Path]:
    """Write each study's files to a folder of its own, and the files on all studies.

    These are `list.json`, `summary.csv` and, where there is an estimate, the chart `routes.svg`.
    `flights` and `names` of folders are in the order of `found.results`. Returns the paths of
    the files on all studies.

    Raises
    ------
    ArchiveError
        A folder cannot be made or written.
    """
    for result, rows, name in zip(found.results, flights, names, strict=True):
        write_outputs(result, rows, folder / name)
    outputs = {"list.json": render_list(found), "summary.csv": format_summary(found, names)}
    picture = draw_studies(found.results, width=_WIDTH)
    if picture is not None:
        outputs["routes.svg"] = render_svg(picture, "routes").encode()
    try:
        for name, content in outputs.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise ArchiveError(f"{folder} cannot be written: {error.strerror or error}.") from error
    return [folder / name for name in outputs]


def render_list(found: ListResult) -> bytes:
    """All results as JSON with sorted keys."""
    plain = to_json(found) | {"note": format_contents(found)}
    return orjson.dumps(plain, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def format_summary(found: ListResult, names: Sequence[str]) -> bytes:
    """CSV with one row per date of each study, safe from formulas, with the note in a column."""
    rows = [
        {"folder": name, **row}
        for name, result in zip(names, found.results, strict=True)
        for row in tabulate_study(result)
    ]
    members = [
        {"p among all": each.p, "adjusted p": each.p_adjusted, "holds": each.holds}
        for each in found.family.members
    ]
    table = pd.DataFrame([a | b for a, b in zip(rows, members, strict=True)])
    stream = io.BytesIO()
    writer = open_writer("csv", stream, Header(format_contents(found), {}, ()))
    writer.write(table)
    writer.close()
    return stream.getvalue()


def tabulate_study(result: StudyResult) -> list[dict[str, Any]]:
    """A row per date of a study, and one for all together, in the order of `ListResult.family`."""
    dated: list[tuple[str, Verdict, Effect | Stack | None]] = [
        (result.event.isoformat(), result.verdict, result.lower),
        *((each.event.isoformat(), each.verdict, each.lower) for each in result.others),
    ]
    if result.stack is not None:
        dated.append((f"{len(dated)} together", result.stack.verdict, result.stack.lower))
    return [
        {
            "study": format_title(result),
            "origin": result.origin_label,
            "destination": result.destination_label,
            "event": event,
            "verdict": verdict.kind,
            "direction": verdict.direction,
            **{name: getattr(found, name, None) for name in _NUMBERS},
            "sentence": verdict.sentence,
        }
        for event, verdict, found in dated
    ]


_NUMBERS = ("n1", "expected", "rr", "lo", "hi", "p", "mde_up")
