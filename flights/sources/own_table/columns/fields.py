"""The meanings that a column of a user's table may have, and usual names of such columns."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One meaning of a column.

    `names` are usual names of such a column, the most likely first, letters and digits only;
    `looks` is the pattern of its values, a key of `mapping.PATTERNS`.
    """

    name: str
    label: str
    looks: str
    names: tuple[str, ...]
    help: str = ""


FIELDS = (
    Field(
        "firstseen",
        "Time of departure",
        "time",
        (
            *("firstseen", "departuretime", "deptime", "takeofftime", "takeoff", "departedat"),
            *(
                "departure",
                "departed",
                "actualdeparture",
                "atd",
                "timedeparture",
                "timeofdeparture",
            ),
            *(
                "dep",
                "starttime",
                "start",
                "offtime",
                "off",
                "datetime",
                "timestamp",
                "time",
                "timedeparture",
            ),
            *("departuretimeutc", "deptimeutc", "takeoffutc", "departureutc"),
        ),
        "Take-off, or when the flight was first seen. Required.",
    ),
    Field(
        "firstseen_date",
        "Date of departure",
        "date",
        ("departuredate", "depdate", "flightdate", "date", "day", "dateofflight", "dof"),
        "Needed only if the time of departure has no date.",
    ),
    Field(
        "lastseen",
        "Time of arrival",
        "time",
        (
            *("lastseen", "arrivaltime", "arrtime", "landingtime", "landing", "arrivedat"),
            *("arrival", "arrived", "actualarrival", "ata", "landed", "timearrival", "arr"),
            *("timeofarrival", "endtime", "end", "ontime", "on", "stop", "stoptime"),
            *("arrivaltimeutc", "arrtimeutc", "landingutc", "arrivalutc"),
        ),
        "Landing, or when the flight was last seen.",
    ),
    Field(
        "lastseen_date",
        "Date of arrival",
        "date",
        ("arrivaldate", "arrdate", "landingdate"),
        "Needed only if the time of arrival has no date.",
    ),
    Field(
        "icao24",
        "Aircraft address",
        "address",
        (
            *("icao24", "hex", "icao", "icaohex", "hexid", "hexcode", "modes", "modeshex"),
            *("icaoaddress", "modescode", "address", "transponder", "icao24bit", "addr"),
        ),
        "The 24-bit address, six hex digits.",
    ),
    Field(
        "callsign",
        "Callsign",
        "callsign",
        (
            *("callsign", "ident", "flight", "flightid", "fltid", "flightident", "cs"),
            *("atccallsign", "acid", "flightnumber", "flightno"),
        ),
        "As transmitted, e.g. CLX7304.",
    ),
    Field(
        "registration",
        "Registration",
        "registration",
        (
            *("registration", "reg", "tail", "tailnumber", "tailno", "aircraftregistration"),
            *("regno", "acreg", "aircraftreg", "nnumber"),
        ),
        "The registration mark, e.g. LX-VCA.",
    ),
    Field(
        "origin",
        "Origin",
        "airport",
        (
            *("origin", "adep", "estdepartureairport", "departureairport", "depairport", "from"),
            *("departure", "dep", "origineicao", "originicao", "departureicao", "depicao"),
            *("apdep", "src", "source", "originairport", "fromairport", "originiata", "fromicao"),
        ),
        "ICAO or IATA code of the airport.",
    ),
    Field(
        "destination",
        "Destination",
        "airport",
        (
            *("destination", "ades", "estarrivalairport", "arrivalairport", "arrairport", "to"),
            *("arrival", "arr", "destinationicao", "arrivalicao", "arricao", "apdes", "dest"),
            *("dst", "destinationairport", "toairport", "desticao", "destinationiata", "toicao"),
        ),
        "ICAO or IATA code of the airport.",
    ),
    Field(
        "typecode",
        "Type designator",
        "typecode",
        (
            *("typecode", "type", "aircrafttype", "actype", "icaotype", "icaoaircrafttype"),
            *("equipment", "aircraft", "typedesignator"),
        ),
        "ICAO designator, e.g. B748.",
    ),
    Field(
        "model",
        "Model",
        "text",
        ("model", "aircraftmodel", "typename", "modelname"),
        "The name of the type, e.g. Boeing 747-8F.",
    ),
    Field(
        "operator",
        "Operator",
        "operator",
        (
            *("operator", "operatoricao", "airline", "airlineicao", "aooperator", "carrier"),
            *("aircraftoperator", "acoperator", "airlinecode", "operatorcode"),
        ),
        "ICAO designator, three letters, e.g. CLX.",
    ),
)

BY_NAME = {field.name: field for field in FIELDS}

IDENTITIES = ("icao24", "registration", "callsign")
"""At least one of these must identify the aircraft; the first one present is used."""
