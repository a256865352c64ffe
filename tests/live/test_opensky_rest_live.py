"""OpenSky's REST interface still answers as FORMATS says. Needs an account; costs 12 credits."""

from datetime import UTC, date, datetime, timedelta

import pytest

from flights.config import read_settings
from flights.errors import CredentialsMissing
from flights.sources.opensky.pyopensky_account import find_credentials
from flights.sources.opensky.rest.client import API, Api
from flights.sources.opensky.rest.credits import CreditBudget
from flights.sources.opensky.rest.read_flights import Leg, read_flights
from flights.sources.opensky.rest.reply_cache import FlightsQuestion, start_of

DAY = datetime.now(UTC).date() - timedelta(days=4)


@pytest.fixture
def api(live_door) -> Api:  # type: ignore[no-untyped-def]
    live_door(API)
    try:
        find_credentials()
    except CredentialsMissing as error:
        pytest.skip(str(error))
    settings = read_settings()
    return Api(settings, CreditBudget(settings.cache / "opensky", 100, lambda: datetime.now(UTC)))


def ask(api: Api, kind: str, day: date = DAY) -> list[Leg]:
    question = FlightsQuestion(kind, day, "EDDF")
    answer = api.get(question.path, question.params, bucket="flights", credits=question.credits)
    assert answer.status == 200
    return read_flights(answer.body, str(question)).legs


def test_day_of_a_busy_airport_is_told_for_four_credits(api: Api) -> None:
    legs = ask(api, "arrival")
    midnight = int(start_of(DAY).timestamp())
    assert len(legs) > 100
    assert {leg.destination.airport for leg in legs} == {"EDDF"}
    assert all(midnight <= leg.lastseen < midnight + 86_400 for leg in legs)


def test_departures_tell_of_flights_that_land_after_midnight(api: Api) -> None:
    """Else the known hole of the source is a true one, and its sentence has to be stronger."""
    legs = ask(api, "departure")
    assert any(leg.lastseen >= int(start_of(DAY).timestamp()) + 86_400 for leg in legs)


def test_airport_nobody_knows_is_nothing_and_no_mistake(api: Api) -> None:
    question = FlightsQuestion("arrival", DAY, "ZZZZ")
    answer = api.get(question.path, question.params, bucket="flights", credits=question.credits)
    assert answer.status == 404
