"""`python -m flights sources`: what there is to pull."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from flights import CONTENTS_SENTENCE
from flights.commands.base import DONE, write_message
from flights.sources import SIMULATED_MARK, SOURCES, SourceSpec, find_spec

EXAMPLE = "sources"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The form of the list."""
    parser.add_argument("--format", choices=("table", "json", "markdown"), default="table")


def run(asked: argparse.Namespace) -> int:
    """Print the specs of all sources."""
    sys.stdout.write(f"{format_sources([find_spec(key) for key in SOURCES], asked.format)}\n")
    write_message(CONTENTS_SENTENCE)
    return DONE


def format_sources(specs: Sequence[SourceSpec], kind: str) -> str:
    """The sources as a `table` of text, as `json`, or as a `markdown` table."""
    if kind == "json":
        return json.dumps([asdict(spec) for spec in specs], indent=1, default=str)
    if kind == "markdown":
        rows = [_MARKDOWN, *(_markdown_row(spec) for spec in specs)]
        return "\n".join(rows)
    return "\n\n".join(_source_text(spec) for spec in specs)


_MARKDOWN = (
    "| key | source | gives | needs | days | a day costs | licence |\n|---|---|---|---|---|---|---|"
)


def _markdown_row(spec: SourceSpec) -> str:
    cells = (
        f"`{spec.key}`",
        spec.title,
        spec.gives,
        spec.needs,
        _days_of(spec),
        spec.cost_per_day,
        spec.licence,
    )
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _days_of(spec: SourceSpec) -> str:
    if not (spec.first_day or spec.last_day):
        return "those of the files"
    return f"{spec.first_day or '…'} to {spec.last_day or 'today'}"


def _source_text(spec: SourceSpec) -> str:
    days = _days_of(spec)
    lines = {
        "gives": spec.gives,
        "needs": spec.needs,
        "days": days,
        "area": spec.area,
        "cost a day": spec.cost_per_day,
        "licence": spec.licence,
        "attribution": spec.attribution,
        "terms": spec.terms,
        "known holes": "; ".join(spec.known_holes),
        "counting": "" if spec.serves_frequency else "never use it for frequency",
    }
    mark = f"  [{SIMULATED_MARK}]" if spec.simulated else ""
    told = [f"  {name:<12} {text}" for name, text in lines.items() if text]
    return "\n".join([f"{spec.key}: {spec.title}{mark}", *told])
