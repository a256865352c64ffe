"""A local server in place of OpenSky: the token host and the API, with flights of the test.

    with OpenSky() as sky:
        sky.fly("4d0103", "ELLX", "EDDF", "2025-06-12 22:10", "2025-06-13 01:05", "CLX7")
        monkeypatch.setenv("FLIGHTS_MIRRORS", sky.mirrors)       # and sky.account(monkeypatch)
        sky.api.fault("/api/flights/departure", status(503))     # as in loopback.py
        sky.asked                                                # ["departure ELLX 2025-06-13", …]

It answers as OpenSky's documentation says: 404 for nothing, 401 for a token it does not know,
403 "You cannot access historical flights" without one, 400 for intervals that are too long.
`/flights/all` tells only of flights that began and ended in the interval.
"""

import json
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import parse_qs

import pytest
from loopback import LoopbackServer, Reply, Request

CLIENT_ID, SECRET = "client-of-a-test", "very-secret-of-a-test"
TOKEN_PATH = "/auth/realms/opensky-network/protocol/openid-connect/token"


def second(text: str) -> int:
    """Unix time of "2025-06-13 01:05", UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


class OpenSky:
    """Both hosts, and the flights they tell of."""

    def __init__(self) -> None:
        self.tokens, self.api = LoopbackServer(), LoopbackServer("localhost")
        self.flights: list[dict[str, Any]] = []
        self.tracks: dict[str, dict[str, Any]] = {}
        self.remaining: int | None = None
        self.valid: set[str] = set()
        self.issued = 0
        self.expires_in: Any = 1800
        self.tokens.route(TOKEN_PATH, self._give_token)
        self.api.route("/api/", self._answer)

    def __enter__(self) -> Self:
        self.tokens.__enter__()
        self.api.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.api.__exit__()
        self.tokens.__exit__()

    @property
    def mirrors(self) -> str:
        """For FLIGHTS_MIRRORS."""
        return (
            f"https://opensky-network.org={self.api.url} "
            f"https://auth.opensky-network.org={self.tokens.url}"
        )

    def account(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Give the environment an account here, and the way here."""
        monkeypatch.setenv("OPENSKY_CLIENT_ID", CLIENT_ID)
        monkeypatch.setenv("OPENSKY_CLIENT_SECRET", SECRET)
        monkeypatch.setenv("FLIGHTS_MIRRORS", self.mirrors)

    def fly(
        self,
        icao24: str,
        origin: str | None,
        destination: str | None,
        first: str,
        last: str,
        callsign: str | None = "CLX7    ",
    ) -> dict[str, Any]:
        """One more flight; the object that will be sent."""
        flight = {
            "icao24": icao24,
            "firstSeen": second(first),
            "estDepartureAirport": origin,
            "lastSeen": second(last),
            "estArrivalAirport": destination,
            "callsign": callsign,
            "estDepartureAirportHorizDistance": 1500 if origin else None,
            "estDepartureAirportVertDistance": 100 if origin else None,
            "estArrivalAirportHorizDistance": 2500 if destination else None,
            "estArrivalAirportVertDistance": 50 if destination else None,
            "departureAirportCandidatesCount": 2 if origin else 0,
            "arrivalAirportCandidatesCount": 1 if destination else 0,
        }
        self.flights.append(flight)
        return flight

    def forget_tokens(self) -> None:
        """Every token so far has run out."""
        self.valid.clear()

    @property
    def asked(self) -> list[str]:
        """Requests for flights, in order, also those that were turned away."""
        return [_name(each) for each in self.api.requests if "/flights/" in each.path]

    def _give_token(self, request: Request) -> Reply:
        form = parse_qs(request.body.decode())
        if form.get("client_id") != [CLIENT_ID] or form.get("client_secret") != [SECRET]:
            return _json(401, {"error": "invalid_client", "error_description": "Invalid client"})
        self.issued += 1
        token = f"token-of-a-test-{self.issued}"
        self.valid.add(f"Bearer {token}")
        told = {"access_token": token, "expires_in": self.expires_in, "token_type": "Bearer"}
        return _json(200, told)

    def _answer(self, request: Request) -> Reply:
        token = request.headers.get("authorization")
        if token is None:
            return Reply(403, b"You cannot access historical flights")
        if token not in self.valid:
            return Reply(401)
        headers = {}
        if self.remaining is not None:
            self.remaining -= 4
            headers["X-Rate-Limit-Remaining"] = str(self.remaining)
        if request.path == "/api/tracks/all":
            found = self.tracks.get(request.query["icao24"])
            return _json(200, found, headers) if found else Reply(404, b"", headers)
        return self._tell_flights(request, headers)

    def _tell_flights(self, request: Request, headers: dict[str, str]) -> Reply:
        kind = request.path.rpartition("/")[2]
        begin, end = int(request.query["begin"]), int(request.query["end"])
        longest = 7200 if kind == "all" else 2 * 86_400
        if end - begin > longest:
            return Reply(400, b'["The given time interval must not be larger than two hours!"]')
        found = [f for f in self.flights if _is_told(f, kind, request.query, begin, end)]
        return _json(200, found, headers) if found else Reply(404, b"[]", headers)


def _is_told(flight: dict, kind: str, query, begin: int, end: int) -> bool:
    if kind == "departure":
        here = flight["estDepartureAirport"] == query["airport"]
        return here and begin <= flight["firstSeen"] <= end
    if kind == "arrival":
        here = flight["estArrivalAirport"] == query["airport"]
        return here and begin <= flight["lastSeen"] <= end
    return begin <= flight["firstSeen"] and flight["lastSeen"] <= end


def _name(request: Request) -> str:
    begin = datetime.fromtimestamp(int(request.query["begin"]), UTC)
    kind = request.path.rpartition("/")[2]
    return f"{kind} {request.query.get('airport', f'{begin:%H}')} {begin:%Y-%m-%d}"


def _json(status: int, value: Any, headers: dict[str, str] | None = None) -> Reply:
    headers = {"Content-Type": "application/json", **(headers or {})}
    return Reply(status, json.dumps(value).encode(), headers)
