"""`python -m flights plan`: what a study still lacks, and the cheapest ways to get it."""

import argparse
import json
import sys

from flights import CONTENTS_SENTENCE
from flights.commands.base import DONE, open_archive
from flights.export import note_of
from flights.planning import plan_study, read_need
from flights.planning.text import to_plain, write_text
from flights.pull import utc_now

EXAMPLE = "plan analysis/studies/2025-06-china-iran.toml"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The study and the form of the answer."""
    parser.add_argument("study", help="the study, a TOML file")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(asked: argparse.Namespace) -> int:
    """Print the plan; nothing is asked of any source."""
    need = read_need(asked.study)
    today = utc_now().date()
    plan = plan_study(need, open_archive(asked), today=today, archive_option=asked.archive)
    note = note_of(plan.spec)
    if asked.format == "json":
        plain = {"contents": CONTENTS_SENTENCE, "note": note, **to_plain(plan)}
        text = json.dumps(plain, indent=2, ensure_ascii=False)
    else:
        text = f"{write_text(plan)}\n\n{note}"
    sys.stdout.write(f"{text}\n")
    return DONE
