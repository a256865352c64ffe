"""Usual stops of a callsign."""

from pathlib import Path

import pytest

from flights.errors import BadPayload
from flights.reference.standing_routes import Routes, known_stops, plain_callsigns, read_routes

AIRLINES = (
    "\ufeffCode,Name,ICAO,IATA,PositioningFlightPattern,CharterFlightPattern\r\n"
    'CLX,"Cargolux, made up",CLX,CV,,\r\nEZY,Easy,EZY,U2,,\r\n'
    "OLD,Gone,OLD,CV,,\r\nZ9,No ICAO,,Z9,,\r\n"
)
ROUTES = "\ufeffCallsign,Code,Number,AirlineCode,AirportCodes,New column\r\n"


def _folder(place: Path, rows: str) -> Path:
    (place / "airlines.csv").write_text(AIRLINES, encoding="utf-8", newline="")
    (place / "CLX-all.csv").write_text(ROUTES + rows, encoding="utf-8", newline="")
    return place


@pytest.mark.parametrize(
    ("sent", "plain"),
    [
        ("EZY1200", ("EZY1200",)),
        ("EZY0001", ("EZY1",)),
        ("EZY0000", ("EZY0",)),
        ("EZY00AB", ("EZY0AB",)),
        ("U21234", ("EZY1234",)),
        ("CV7951", ("CLX7951", "OLD7951")),
        ("Z912", ("Z912",)),
        (" clx7951 ", ("CLX7951",)),
        ("CLX12345", ()),
        ("CLX1ABC", ()),
        ("CLX123AB", ()),
        ("NAB12", ("NAB12",)),
        ("G-ABCD", ()),
        ("LXNEX", ()),
        ("", ()),
    ],
)
def test_callsigns_get_their_plain_form(tmp_path: Path, sent: str, plain: tuple[str, ...]) -> None:
    icao = read_routes(_folder(tmp_path, "")).icao
    assert plain_callsigns(sent, icao) == plain


def test_stops_are_found_in_the_order_flown(tmp_path: Path) -> None:
    routes = read_routes(
        _folder(
            tmp_path,
            "CLX7951,CLX,7951,CLX,ZHCC-UTAK-ELLX,x\r\nCLX1,CLX,1,CLX,ELLX,\r\n"
            "CLX2,CLX,2,CLX,<b>-ELLX,\r\n<script>,CLX,3,CLX,ELLX-KSEA,\r\nCLX4\r\n",
        )
    )
    assert known_stops("CV7951", routes) == (("ZHCC", "UTAK", "ELLX"),)
    assert known_stops("CLX07951", routes) == (("ZHCC", "UTAK", "ELLX"),)
    assert known_stops("CLX1", routes) == ()
    assert known_stops("NONSENSE", routes) == ()
    assert (len(routes.stops), routes.bad_rows) == (1, 4)


def test_airlines_that_share_a_code_give_all_their_routes() -> None:
    routes = Routes({"AAA1": ("X", "Y"), "BBB1": ("Y", "Z")}, {"A1": ("AAA", "BBB", "CCC")})
    assert known_stops("A11", routes) == (("X", "Y"), ("Y", "Z"))


@pytest.mark.parametrize(
    "body", [b"", b"a,b\n1,2\n", b"\xff\xfe", ROUTES.encode() + b'CLX1,"' + b"x" * 200_000]
)
def test_other_files_are_refused(tmp_path: Path, body: bytes) -> None:
    _folder(tmp_path, "")
    (tmp_path / "CLX-all.csv").write_bytes(body)
    with pytest.raises(BadPayload, match="CLX-all"):
        read_routes(tmp_path)


def test_the_published_routes_can_be_read(shared: Path, tmp_path: Path) -> None:
    folder = shared / "reference"
    (tmp_path / "airlines.csv").symlink_to(folder / "airlines.csv")
    for path in (folder / "routes-cargo").glob("*.csv"):
        (tmp_path / path.name).symlink_to(path)
    routes = read_routes(tmp_path)
    assert len(routes.stops) > 20_000
    assert routes.bad_rows < len(routes.stops) / 1000
    stops = known_stops("CV0001", routes)
    assert ("ELLX", "KSEA") in stops
