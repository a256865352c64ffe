"""`sources` and `ledger` in text and JSON."""

import json

import worlds
from worlds import DAY, SOURCE

from flights import CONTENTS_SENTENCE
from flights.commands.ledger import format_ledger
from flights.commands.sources import format_sources
from flights.records import InputFile, not_asked
from flights.sources import SourceSpec, contents_note

MADE_UP = SourceSpec("x", "t", "g", "n", "l", "a", "t", simulated=True)


def test_made_up_data_says_so_first() -> None:
    assert contents_note(MADE_UP).startswith("SIMULATED")
    assert contents_note(MADE_UP).endswith(CONTENTS_SENTENCE)
    assert contents_note(None) == CONTENTS_SENTENCE
    assert "[SIMULATED]" in format_sources([MADE_UP], "table")


def test_ledger_shows_reasons_sizes_and_hashes() -> None:
    entry = worlds.entry(
        status="partial",
        reasons=("47 of 48 heatmaps.",),
        inputs=(InputFile("a", 2_500_000, "ff"),),
        tables={"flights": {"rows": 7, "bytes": 1_200_000, "sha256": "abcdef" * 10}},
    )
    lines = format_ledger([entry, not_asked(SOURCE, DAY)], "table").splitlines()
    assert lines[1].split() == [
        *(SOURCE, "2050-03-10", "partial", "7", "2.5", "1.2", "abcdefabcdef"),
        *("47", "of", "48", "heatmaps."),
    ]
    assert "not asked" in lines[2]
    told = json.loads(format_ledger([entry], "json"))
    assert told["days"][0]["inputs"][0]["sha256"] == "ff"
    assert told["contents"] == CONTENTS_SENTENCE


def test_sources_as_json_have_every_field() -> None:
    assert json.loads(format_sources([MADE_UP], "json"))[0]["simulated"] is True
