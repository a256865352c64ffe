"""pyopensky's Trino client with our account, server and retries."""

import os
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flights.config import Settings
from flights.network import USER_AGENT, RetryPolicy
from flights.sources.opensky.pyopensky_account import load_pyopensky
from flights.sources.opensky.trino.account import check_encrypted, fetch_token, find_account
from flights.sources.opensky.trino.errors import judge_reply

SERVER = "https://trino.opensky-network.org"
_EARLY_S = 60.0


def make_client(settings: Settings, *, login: bool) -> Any:
    """pyopensky's client with our token; it opens no browser unless `login` is set."""
    module = load_pyopensky("trino", settings.cache)

    def token(self: Any, **_: Any) -> str | None:
        """The current token, renewed a minute before it expires; None = login by browser."""
        if login:
            return None
        if self.current is None or time.monotonic() > self.ends_at:
            self.current = fetch_token(find_account(), settings)
            self.ends_at = time.monotonic() + max(self.current.lasts_s - _EARLY_S, 0.0)
            self._token = {"preferred_username": self.current.user}
        return str(self.current.text)

    # Made by `type`, because the base class is known only after the guarded import.
    own = {"current": None, "ends_at": 0.0, "token": token}
    return type("Client", (module.Trino,), own)()


def make_engine(client: Any, settings: Settings, retries: RetryPolicy, *, login: bool) -> Any:
    """pyopensky's engine with our server, our retries and the proxy of the environment."""
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
        "max_attempts": 1,  # the session has the retries
    }
    if not login:
        own["auth"] = _Signature(client, str(address.hostname))
    engine = client.engine()

    @event.listens_for(engine, "do_connect")
    def redirect(dialect: Any, record: Any, args: Any, given: dict[str, Any]) -> None:
        given.update(own, http_session=_session(retries))

    return engine


@dataclass(frozen=True)
class _Signature:
    """Signs each request with the current token: a token may expire during a query."""

    client: Any
    host: str

    def set_http_session(self, session: Any) -> Any:
        """Called by the Trino client to sign its requests."""
        session.auth = self._sign
        return session

    def get_exceptions(self) -> tuple[type[Exception], ...]:
        """Errors of the signature after which the client tries again: none."""
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
