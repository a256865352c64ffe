"""pyopensky's Trino client with our account, our server and our patience."""

import os
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flights.config import Settings
from flights.network import USER_AGENT, RetryPolicy
from flights.sources.opensky.pyopensky_account import load_pyopensky
from flights.sources.opensky.trino.account import Token, check_encrypted, fetch_token, find_account
from flights.sources.opensky.trino.errors import judge_reply

SERVER = "https://trino.opensky-network.org"
_EARLY_S = 60.0


def make_client(settings: Settings, *, login: bool) -> Any:
    """pyopensky's client with our token, which never turns to a browser by itself."""
    module = load_pyopensky("trino", settings.cache)

    class Client(module.Trino):  # type: ignore[name-defined]
        held: Token | None = None
        ends_at = 0.0

        def token(self, **_: Any) -> str | None:
            """The token in use, renewed a minute before it ends; None = through the browser."""
            if login:
                return None
            if self.held is None or time.monotonic() > self.ends_at:
                self.held = fetch_token(find_account(), settings)
                self.ends_at = time.monotonic() + max(self.held.lasts_s - _EARLY_S, 0.0)
                self._token = {"preferred_username": self.held.user}
            return self.held.text

    return Client()


def make_engine(client: Any, settings: Settings, retries: RetryPolicy, *, login: bool) -> Any:
    """pyopensky's engine, turned to our server, with our patience and the environment's proxy."""
    from sqlalchemy import event

    address = urlsplit(check_encrypted(settings.server(SERVER)))
    plain = address.scheme == "http"
    own: dict[str, Any] = {
        "host": address.hostname,
        "port": address.port or (80 if plain else 443),
        "http_scheme": address.scheme,
        "allow_insecure_auth": plain,
        "source": USER_AGENT,
        "request_timeout": (15.0, 120.0),
        "max_attempts": 1,  # retries are those of the session
    }
    if not login:
        own["auth"] = _Signature(client, str(address.hostname))
    engine = client.engine()

    @event.listens_for(engine, "do_connect")
    def turn(dialect: Any, record: Any, args: Any, given: dict[str, Any]) -> None:
        given.update(own, http_session=_session(retries))

    return engine


@dataclass(frozen=True)
class _Signature:
    """Signs each request with the token of that moment: a query may outlast its first one."""

    client: Any
    host: str

    def set_http_session(self, session: Any) -> Any:
        """What the Trino client calls to be signed in."""
        session.auth = self._sign
        return session

    def get_exceptions(self) -> tuple[type[Exception], ...]:
        """None of the signature's errors is worth trying again at once."""
        return ()

    def _sign(self, request: Any) -> Any:
        if urlsplit(request.url).hostname == self.host:
            request.headers["Authorization"] = f"Bearer {self.client.token()}"
        return request


def _session(retries: RetryPolicy) -> Any:
    """Asks again by itself where that is safe: for the next page, not for a new query."""
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    retry = Retry(
        total=4,
        status_forcelist=(502, 503, 504),
        allowed_methods=("GET", "DELETE"),
        backoff_factor=min(retries.pause_s, 1.0),
        respect_retry_after_header=False,
        raise_on_status=False,
    )
    session = requests.Session()
    session.verify = os.environ.get("SSL_CERT_FILE") or True
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    session.hooks["response"].append(judge_reply)
    return session
