"""Every flag has words, and flags are added, merged and counted."""

import re
from pathlib import Path

import pandas as pd
import pytest

from flights.records import add_flag, count_flags, describe_flags, flags, merge_flags
from flights.records.flags import FLAG_WORDS

ROOT = Path(flags.__file__).parents[1]


@pytest.mark.parametrize(
    "module",
    [
        "legs/rows/tables.py",
        "legs/doubts/marks.py",
        "sources/flight_lists/flights.py",
        "sources/own_table/rows/judge.py",
        "sources/adsbx/joining.py",
    ],
)
def test_every_flag_a_source_writes_has_words(module):
    from flights.sources.flight_lists.flights import MONTH_CUT, UNPLACED
    from flights.sources.own_table.rows.judge import NO_ADDRESS, NO_AIRFRAME, NO_LASTSEEN

    written = {UNPLACED, MONTH_CUT, NO_ADDRESS, NO_AIRFRAME, NO_LASTSEEN}
    # The rules of `legs.doubts` are the constants of `flags` in capitals that are texts.
    written |= {v for n, v in vars(flags).items() if n.isupper() and isinstance(v, str)}
    text = (ROOT / module).read_text("utf-8")
    # In marks, a flag is a key before a mask: "off_field": table.origin.off_field
    written |= set(re.findall(r'"([a-z_]+)": (?:table|reduce_runs)', text)) - {"icao24"}
    assert written <= {*FLAG_WORDS, "lastseen"}


def test_words_speak_of_no_intent():
    told = " ".join(FLAG_WORDS.values()).lower()
    assert not any(word in told for word in ("suspicious", "mystery", "covert", "spoof", "jamm"))


def test_unknown_flag_is_told_by_its_name():
    assert describe_flags("jump,made_up") == [FLAG_WORDS["jump"], "The rule made_up applies."]
    assert describe_flags("") == describe_flags(None) == []


def test_flag_is_added_where_it_applies():
    texts = pd.Series(["", "jump", "jump"], index=[5, 7, 9])
    mask = pd.Series([True, True, False]).to_numpy()
    assert add_flag(texts, "callsign_twice", mask).tolist() == [
        "callsign_twice", "jump,callsign_twice", "jump",
    ]  # fmt: skip


def test_merged_flags_keep_every_rule_known_or_not():
    assert (
        merge_flags(["x_rule", "callsign_twice,jump", "jump", ""]) == "jump,callsign_twice,x_rule"
    )
    assert merge_flags([]) == ""


def test_counts_say_zero_only_of_rules_that_were_looked_for():
    counted = count_flags(pd.Series(["jump,off_field", "jump", "", None]), ["jump", "mlat_noise"])
    assert counted == {"flagged_jump": 2, "flagged_mlat_noise": 0, "flagged_off_field": 1}
    assert count_flags(pd.Series([], dtype=object), ["jump"]) == {"flagged_jump": 0}
