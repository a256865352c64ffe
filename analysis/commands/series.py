"""`python -m analysis series`: the method on any table of counts per day."""

import argparse
import json
from pathlib import Path

from analysis.commands.base import Clock, print_answer, read_day
from analysis.commands.text import describe_list, describe_numbers, describe_result
from analysis.event_study import describe_table, judge_counts, list_results, read_counts
from analysis.study import Event, ListResult, Study, StudyResult, to_json, validate_design
from flights.errors import InvalidInput
from flights.planning.needed_days import BASELINES, DEFAULT_BASELINE, DEFAULT_WINDOW

EXAMPLE = "series counts.csv --event 2025-06-13"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Tables, events, windows, the format of the answer."""
    parser.add_argument(
        "tables", nargs="+", help="CSV files: day, count and, where known, exposure", metavar="CSV"
    )
    parser.add_argument(
        "--event",
        required=True,
        action="append",
        metavar="DATE",
        help="repeat for several events; three or more are also combined",
    )
    parser.add_argument(
        "--window",
        metavar="DAYS",
        type=int,
        default=DEFAULT_WINDOW,
        help="days from the event on: 7, 14 (default) or 28",
    )
    parser.add_argument(
        "--baseline",
        metavar="DAYS",
        type=int,
        default=DEFAULT_BASELINE,
        help=f"days before the event, whole weeks from {BASELINES[0]} to {BASELINES[-1]} "
        f"(default {DEFAULT_BASELINE})",
    )
    parser.add_argument(
        "--seed", metavar="N", type=int, default=0, help="seed of the random sets of dates"
    )
    parser.add_argument("--json", action="store_true", help="print the whole result as JSON")


def run(asked: argparse.Namespace, clock: Clock) -> None:
    """Print one result, or those of several tables adjusted for one another."""
    results = [_judge(path, asked) for path in asked.tables]
    found = results[0] if len(results) == 1 else list_results(results)
    if asked.json:
        print_answer([json.dumps(to_json(found), indent=2, ensure_ascii=False)])
        return
    print_answer(_describe(found, asked.tables))


def _describe(found: StudyResult | ListResult, names: list[str]) -> list[str]:
    if isinstance(found, ListResult):
        return describe_list(found, names, numbers=True)
    return [*describe_result(found), *describe_numbers(found)]


def _judge(path: str, asked: argparse.Namespace) -> StudyResult:
    counts = read_counts(path)
    study = Study(
        source="table",
        first=counts.days[0],
        last=counts.days[-1],
        origin="world:",
        destination="world:",
        events=tuple(Event(read_day(text)) for text in asked.event),
        window=asked.window,
        baseline=asked.baseline,
        min_grade="possible",
        title=Path(path).name,
        seed=asked.seed,
    )
    try:
        validate_design(study)
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from error
    return judge_counts(study, counts, describe_table(path, counts))
