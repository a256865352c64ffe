"""The OpenSky account, and safe import of pyopensky.

Importing `pyopensky.config` writes a settings file, renames an older one and deletes files older
than 90 days from its cache. `load_pyopensky` makes it do so in our own folder only.
"""

import importlib
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from configparser import Error as ConfigError
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from flights.errors import CredentialsMissing

ID_VARIABLE, SECRET_VARIABLE = "OPENSKY_CLIENT_ID", "OPENSKY_CLIENT_SECRET"

HOW_TO_GET = (
    f"Set {ID_VARIABLE} and {SECRET_VARIABLE}, or client_id and client_secret in pyopensky's "
    "settings.conf. Create an API client on the account page of "
    "https://opensky-network.org; an account is free."
)

_importing = threading.Lock()


@dataclass(frozen=True)
class Credentials:
    """An OAuth2 client of OpenSky. It stays in its process, and its text shows no secret."""

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials are not sent to other processes")


def find_credentials(environment: Mapping[str, str] = os.environ) -> Credentials:
    """The client from pyopensky's settings.conf, else from the environment, as in pyopensky.

    Raises
    ------
    CredentialsMissing
        Neither has both parts; the message says how to get them.
    """
    settings = _read_settings(config_folder() / "settings.conf")
    client_id = settings.get("client_id") or environment.get(ID_VARIABLE)
    secret = settings.get("client_secret") or environment.get(SECRET_VARIABLE)
    if not (client_id and secret):
        raise CredentialsMissing(f"OpenSky's history needs an account. {HOW_TO_GET}")
    return Credentials(client_id, secret)


def config_folder() -> Path:
    """Folder of pyopensky's settings."""
    if given := os.environ.get("XDG_CONFIG_HOME"):
        return Path(given) / "pyopensky"
    from appdirs import user_config_dir  # as pyopensky does

    return Path(user_config_dir("pyopensky"))


def _read_settings(path: Path) -> Mapping[str, str]:
    parser = ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8")
        return dict(parser["default"]) if parser.has_section("default") else {}
    except (ConfigError, UnicodeDecodeError, OSError):
        # Not the original message: it quotes the line, which may contain the secret.
        raise CredentialsMissing(f"{path} is not a valid settings file. {HOW_TO_GET}") from None


def load_pyopensky(name: str, cache: Path) -> Any:
    """The module `pyopensky.<name>`, imported without changes to files of the user.

    `cache` is the cache folder of this program; pyopensky's own cache is `opensky/pyopensky` in
    it, unless its settings name another.
    """
    with _importing:
        if "pyopensky.config" not in sys.modules:
            _import_config(cache / "opensky" / "pyopensky")
        return importlib.import_module(f"pyopensky.{name}")


def _import_config(own: Path) -> None:
    real, folder = config_folder(), own / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    around = {"OPENSKY_CACHE": str(folder), "OPENSKY_CACHE_NO_EXPIRE": "1"}
    if not (real / "settings.conf").exists():
        around["XDG_CONFIG_HOME"] = str(own)
    with _environment(around):
        module = importlib.import_module("pyopensky.config")
    if "XDG_CONFIG_HOME" in around:
        _read_older(module, real)


def _read_older(module: ModuleType, real: Path) -> None:
    """Read settings of older versions and of the package `traffic`, which are in other folders."""
    module.opensky_config.read(real / "secret.conf")
    module.traffic_config.read(real.with_name("traffic") / "traffic.conf")


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
