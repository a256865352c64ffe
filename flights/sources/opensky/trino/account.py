"""The account for OpenSky's Trino database, and its token."""

import os
from collections.abc import Mapping
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import urlsplit

import httpx

from flights.config import Settings
from flights.errors import BadPayload, CredentialsMissing, CredentialsRejected, InvalidInput
from flights.network import LOOPBACK, USER_AGENT, TransientFailure, read_wait
from flights.sources.opensky.pyopensky_account import config_folder

TOKENS = "https://auth.opensky-network.org"
_PATH = "/auth/realms/opensky-network/protocol/openid-connect/token"

HOW_TO_GET = (
    "OpenSky gives universities, research institutes, authorities and aviation bodies access to "
    "its Trino database on application (https://opensky-network.org); for others the source "
    "opensky-rest has a shorter history. With an account, set OPENSKY_USERNAME and "
    "OPENSKY_PASSWORD, or username and password in pyopensky's settings.conf."
)


@dataclass(frozen=True)
class Account:
    """User name and password. They stay in their process, and their text shows neither."""

    username: str = field(repr=False)
    password: str = field(repr=False)

    def __reduce__(self) -> NoReturn:
        raise TypeError("an account is not sent to other processes")


@dataclass(frozen=True)
class Token:
    """A token for queries, its user, and the time until it expires [s]."""

    text: str = field(repr=False)
    user: str = field(repr=False)
    lasts_s: float


def find_account(environment: Mapping[str, str] | None = None) -> Account:
    """The account from pyopensky's settings.conf, else from the environment, as in pyopensky.

    Raises
    ------
    CredentialsMissing
        Neither has both parts. No browser is opened, because a server has no user at a screen.
    """
    known = _read_settings()
    around = os.environ if environment is None else environment

    def find(name: str) -> str:
        return (
            known.get("trino", {}).get(name)
            or around.get(f"OPENSKY_TRINO_{name.upper()}")
            or known.get("default", {}).get(name)
            or around.get(f"OPENSKY_{name.upper()}", "")
        )

    username, password = find("username"), find("password")
    if not (username and password):
        raise CredentialsMissing(f"No account for OpenSky's Trino database is set. {HOW_TO_GET}")
    return Account(username.lower(), password)  # the server accepts lower-case names only


def _read_settings() -> Mapping[str, Mapping[str, str]]:
    path = config_folder() / "settings.conf"
    parser = ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8")
        return {name: dict(parser[name]) for name in parser.sections()}
    except (ConfigError, UnicodeDecodeError, OSError):
        # Not the original message: it quotes the line, which may contain the password.
        raise CredentialsMissing(f"{path} is not a valid settings file. {HOW_TO_GET}") from None


def check_encrypted(address: str) -> str:
    """`address`, if the connection is encrypted or stays on this machine.

    Raises
    ------
    InvalidInput
        The address is a mirror on another machine without encryption.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise InvalidInput(
            f"The connection to {parts.hostname} is not encrypted, so others could read OpenSky's "
            "password or token. Give an https address in FLIGHTS_MIRRORS."
        )
    return address


def fetch_token(account: Account, settings: Settings) -> Token:
    """A new token; one attempt.

    Raises
    ------
    Passing
        Another attempt may help.
    CredentialsRejected
        User name or password is wrong, or the account has no access.
    BadPayload
        The reply is not a token.
    """
    form = {
        "client_id": "trino-client",
        "grant_type": "password",
        "username": account.username,
        "password": account.password,
    }
    try:
        reply = httpx.post(
            check_encrypted(settings.server(TOKENS)) + _PATH,
            data=form,
            headers={"user-agent": USER_AGENT},
            timeout=httpx.Timeout(60.0, connect=15.0),
        )
    except httpx.TransportError as error:
        raise TransientFailure(f"{TOKENS} could not be reached ({type(error).__name__})") from None
    if reply.status_code in (408, 429) or reply.status_code >= 500:
        limited = reply.status_code == 429
        wait = read_wait(reply.headers)
        raise TransientFailure(
            f"{TOKENS} answered {reply.status_code}", wait_s=wait, limited=limited
        )
    if reply.status_code != 200:
        raise CredentialsRejected(
            f"OpenSky does not accept this account ({reply.status_code}). Check user name and "
            f"password. {HOW_TO_GET}"
        )
    return _read_token(reply, account)


def _read_token(reply: httpx.Response, account: Account) -> Token:
    import jwt  # comes with pyopensky

    try:
        plain: dict[str, Any] = reply.json()
        text = str(plain["access_token"])
        claims = jwt.decode(text, options={"verify_signature": False})
        user = str(claims.get("preferred_username") or account.username)
        return Token(text, user, float(plain.get("expires_in") or 60))
    except (ValueError, KeyError, TypeError, AttributeError, jwt.PyJWTError):
        # Not the reply itself: it may contain a token.
        raise BadPayload(f"{TOKENS} sent a reply that is not a token. Try again later.") from None
