"""Credentials are found where pyopensky looks, shown nowhere, and its import changes nothing."""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from flights.errors import CredentialsMissing
from flights.sources.opensky.pyopensky_account import Credentials, find_credentials, load_pyopensky

ROOT = Path(__file__).parents[4]
SECRET = "s3cr%t-of-a-test"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which pyopensky looks for its settings; empty."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "config" / "pyopensky"
    folder.mkdir(parents=True)
    return folder


def test_no_account_says_which_variables_and_where_to_get_one(config: Path) -> None:
    for environment in ({}, {"OPENSKY_CLIENT_ID": "me"}, {"OPENSKY_CLIENT_SECRET": SECRET}):
        with pytest.raises(CredentialsMissing) as caught:
            find_credentials(environment)
        for said in ("OPENSKY_CLIENT_ID", "OPENSKY_CLIENT_SECRET", "settings.conf", "API client"):
            assert said in str(caught.value)
        assert SECRET not in str(caught.value)


def test_settings_file_beats_the_environment_as_it_does_in_pyopensky(config: Path) -> None:
    given = {"OPENSKY_CLIENT_ID": "from-env", "OPENSKY_CLIENT_SECRET": "other"}
    assert find_credentials(given).client_id == "from-env"
    (config / "settings.conf").write_text(
        f"[default]\nusername =\nclient_id = from-file\nclient_secret = {SECRET}\n"
    )
    found = find_credentials(given)
    assert (found.client_id, found.client_secret) == ("from-file", SECRET)


def test_settings_file_that_is_none_is_not_quoted(config: Path) -> None:
    (config / "settings.conf").write_text(f"client_secret {SECRET}\n")
    with pytest.raises(CredentialsMissing) as caught:
        find_credentials({})
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


def test_credentials_are_in_no_text_and_in_no_pickle() -> None:
    held = Credentials("client-of-a-test", SECRET)
    assert SECRET not in f"{held!r} {held} {[held]}"
    assert "client-of-a-test" not in repr(held)
    with pytest.raises(TypeError, match="not sent to other processes"):
        pickle.dumps(held)


SCRIPT = """
import json, os, sys
from pathlib import Path
from flights.sources.opensky.pyopensky_account import load_pyopensky
before = dict(os.environ)
rest = load_pyopensky("rest", Path(sys.argv[1]))
config = sys.modules["pyopensky.config"]
print(json.dumps([dict(os.environ) == before, str(config.cache_path), config.username]))
"""


def import_it(home: Path, cache: Path) -> list:
    """Import pyopensky in a process of its own, for it happens once in each."""
    own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(cache)],
        cwd=ROOT,
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_import_of_pyopensky_leaves_the_users_files_alone(tmp_path: Path) -> None:
    home, cache = tmp_path / "home", tmp_path / "cache"
    config = home / "config" / "pyopensky"
    config.mkdir(parents=True)
    (config / "secret.conf").write_text("[default]\nusername = old-hand\npassword = x\n")
    kept = home / ".cache" / "opensky" / "result.parquet"
    kept.parent.mkdir(parents=True)
    kept.write_text("years old")
    os.utime(kept, (1, 1))
    files = sorted(path for path in home.rglob("*"))
    same, cache_path, username = import_it(home, cache)
    assert same, "the environment is as it was"
    assert sorted(path for path in home.rglob("*")) == files
    assert Path(cache_path).is_relative_to(cache)
    assert username == "old-hand", "an older settings file still counts"


def test_settings_of_the_user_are_read_where_they_lie(tmp_path: Path) -> None:
    config = tmp_path / "config" / "pyopensky"
    config.mkdir(parents=True)
    text = "[default]\nusername = me\n"
    (config / "settings.conf").write_text(text)
    assert import_it(tmp_path, tmp_path / "cache")[2] == "me"
    assert (config / "settings.conf").read_text() == text


def test_second_import_is_the_first_one(tmp_path: Path) -> None:
    first = load_pyopensky("rest", tmp_path)
    assert load_pyopensky("rest", tmp_path / "elsewhere") is first
    assert not (tmp_path / "elsewhere").exists()
