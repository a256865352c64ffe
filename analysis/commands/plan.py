"""`python -m analysis plan`: the days a study lacks, and the cheapest ways to get them."""

import argparse
import json

from analysis.commands.base import Clock, print_answer, print_status
from analysis.study import read_study, to_need
from flights import CONTENTS_SENTENCE
from flights.archive import Archive
from flights.config import read_settings
from flights.planning import plan_study
from flights.planning.text import format_plan, to_plain
from flights.sources import contents_note

EXAMPLE = "plan analysis/study/studies/2025-06-china-iran.toml"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The study, the archive, the format of the answer."""
    parser.add_argument("study", metavar="STUDY", help="study file (TOML)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--archive",
        metavar="DIR",
        help="the archive (else $FLIGHTS_ARCHIVE, else ./data)",
    )


def run(asked: argparse.Namespace, clock: Clock) -> None:
    """Print the plan; no source is contacted."""
    need = to_need(read_study(asked.study))
    archive = Archive(read_settings(asked.archive).archive)
    print_status(f"Archive: {archive.root.absolute()}")
    plan = plan_study(need, archive, today=clock().date(), archive_option=asked.archive)
    note = contents_note(plan.spec)
    if asked.format == "json":
        plain = {"contents": CONTENTS_SENTENCE, "note": note, **to_plain(plan)}
        print_answer([json.dumps(plain, indent=2, ensure_ascii=False)])
        return
    print_answer([format_plan(plan), "", note])
