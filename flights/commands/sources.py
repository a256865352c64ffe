"""`python -m flights sources`: the sources, what each one gives and needs."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from flights import CONTENTS_SENTENCE
from flights.commands.base import DONE, write_message
from flights.commands.tables import print_table
from flights.sources import SIMULATED_MARK, SOURCES, SourceSpec, find_spec

EXAMPLE = "sources"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The format of the list."""
    parser.add_argument("--format", choices=("table", "json", "markdown"), default="table")


def run(asked: argparse.Namespace) -> int:
    """Print the specs of all sources."""
    specs = [find_spec(key) for key in SOURCES]
    if asked.format == "table" and sys.stdout.isatty():
        for spec in specs:
            rows = list(_list_fields(spec).items())
            print_table("", ("", ""), rows, title=_format_title(spec))
    else:
        sys.stdout.write(f"{format_sources(specs, asked.format)}\n")
    write_message(CONTENTS_SENTENCE)
    return DONE


def format_sources(specs: Sequence[SourceSpec], kind: str) -> str:
    """The sources as a `table` of text, as `json`, or as a `markdown` table."""
    if kind == "json":
        return json.dumps([asdict(spec) for spec in specs], indent=1, default=str)
    if kind == "markdown":
        rows = [_MARKDOWN, *(_format_markdown_row(spec) for spec in specs)]
        return "\n".join(rows)
    return "\n\n".join(_format_source(spec) for spec in specs)


_MARKDOWN = (
    "| key | source | gives | needs | days | a day costs | licence |\n|---|---|---|---|---|---|---|"
)


def _format_markdown_row(spec: SourceSpec) -> str:
    cells = (
        f"`{spec.key}`",
        spec.title,
        spec.gives,
        spec.needs,
        _format_days(spec),
        spec.cost_per_day,
        spec.licence,
    )
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _format_days(spec: SourceSpec) -> str:
    if not (spec.first_day or spec.last_day):
        return "those of the files"
    return f"{spec.first_day or '…'} to {spec.last_day or 'today'}"


def _format_title(spec: SourceSpec) -> str:
    return f"{spec.key}: {spec.title}{f'  [{SIMULATED_MARK}]' if spec.simulated else ''}"


def _list_fields(spec: SourceSpec) -> dict[str, str]:
    lines = {
        "gives": spec.gives,
        "needs": spec.needs,
        "days": _format_days(spec),
        "area": spec.area,
        "cost a day": spec.cost_per_day,
        "licence": spec.licence,
        "attribution": spec.attribution,
        "terms": spec.terms,
        "known gaps": "; ".join(spec.known_holes),
        "counting": "" if spec.serves_frequency else "not for counts over time",
    }
    return {name: text for name, text in lines.items() if text}


def _format_source(spec: SourceSpec) -> str:
    lines = [f"  {name:<12} {text}" for name, text in _list_fields(spec).items()]
    return "\n".join([_format_title(spec), *lines])
