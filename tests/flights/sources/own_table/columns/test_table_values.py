"""Single values: codes known, text shown, addresses made where there are none."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flights.records import parse_icao24
from flights.sources.own_table.columns.values import (
    LEFT,
    READERS,
    is_missing,
    pseudo_address,
    read_address,
    read_airport,
    read_callsign,
    read_operator,
    read_plain,
    read_registration,
    read_typecode,
)


@given(st.integers(1, 0xFFFFFE))
def test_address_is_read_in_any_case(number: int) -> None:
    text = f"{number:06x}"
    assert read_address(text) == read_address(text.upper()) == read_address(f"0x{text}")
    assert read_address(text) == (text, "")
    assert read_address(f"~{text}") == (f"~{text}", "")


@pytest.mark.parametrize(
    "text", ["000000", "ffffff", "4d01", "4d01033", "4E+10", "LX-VCA", "g00000"]
)
def test_what_is_no_address_is_a_bad_row(text: str) -> None:
    assert read_address(text) == (None, "address")


@given(st.text(min_size=1, max_size=120))
def test_text_is_kept_as_it_is_or_refused(text: str) -> None:
    value, rule = read_callsign(text)
    if not text.isprintable():
        assert (value, rule) == (None, "text")
    elif len(text) > 80:
        assert (value, rule) == (None, "long")
    else:
        assert rule == ""
        assert value is not None and value.upper().replace(" ", "") == text.upper().replace(" ", "")


def test_marks_that_turn_the_writing_around_are_refused() -> None:
    assert read_registration("LX\u202eACV") == (None, "text")
    assert read_callsign("CLX\x007") == (None, "text")


def test_html_in_a_callsign_is_only_text() -> None:
    assert read_callsign("<b>CLX 7</b>") == ("<b>CLX 7</b>", "")


@pytest.mark.parametrize(
    ("text", "code"),
    [("ELLX", "ELLX"), ("lux", "ELLX"), ("UTTT", "UZTT"), ("NAN", "NFFN"), ("ZZZZ", None)],
)
def test_airport_goes_by_icao_iata_and_former_codes(text: str, code: str | None) -> None:
    assert read_airport(text) == (code, "")


@pytest.mark.parametrize("text", ["XXX", "Luxembourg", "EL", "ELLX/ZSPD"])
def test_what_is_no_airport_is_no_unknown_end(text: str) -> None:
    assert read_airport(text) == (None, "airport")


def test_iata_code_of_two_airports_is_not_guessed() -> None:
    assert read_airport("MMP") == (None, "airport")


def test_nadi_is_an_airport_and_nan_is_nothing() -> None:
    assert not is_missing("NAN")
    assert is_missing("nan") and is_missing("NaN") and is_missing("N/A") and is_missing("-")


def test_what_is_no_designator_is_left_out_and_harms_nothing() -> None:
    assert read_operator("Cargolux") == (None, LEFT)
    assert read_operator("clx") == ("CLX", "")
    assert read_typecode("Boeing 747-8F") == (None, LEFT)


TEXTS = st.one_of(
    st.from_regex(r"[0-9a-fA-F]{6}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9-]{1,9}", fullmatch=True),
    st.sampled_from(["000000", "FFFFFF", "clx 7", "ß", "ẞ", "ı", "K", "<b>", "4d0103\n"]),
    st.text(min_size=1, max_size=9),
)


@pytest.mark.parametrize("name", ["icao24", "callsign", "registration"])
@given(texts=st.lists(st.none() | TEXTS, max_size=5))
def test_column_at_a_time_gives_what_each_value_gives(name: str, texts: list[str | None]) -> None:
    plain = read_plain(name, pa.array(texts, pa.string()))
    each = [READERS[name](text) if text is not None else (None, "") for text in texts]
    if plain is None:
        return
    assert (plain.to_pylist(), {rule for _, rule in each} | {""}) == (
        [value for value, _ in each],
        {""},
    )


@given(st.text(min_size=1, max_size=12))
def test_made_address_is_stable_and_never_an_icao_one(text: str) -> None:
    made = pseudo_address("registration", text)
    assert made == pseudo_address("registration", text) != pseudo_address("callsign", text + "x")
    assert parse_icao24(made) >> 24 == 1
