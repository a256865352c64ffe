"""Zenodo and EUROCONTROL's store of OPDI, in place of which a local server answers.

    monkeypatch.setenv("FLIGHTS_MIRRORS", mirrors_of(server))
    path = put_zenodo(server, "flightlist_20210501_20210530.csv.gz", body)
    path = put_opdi(server, "202403", body)
    server.fault(path, cut(1000))                 # all faults of tests/loopback.py

Zenodo names a file by its md5 in the tag, EUROCONTROL by its date and size.
"""

import hashlib

from loopback import LoopbackServer

FULL, CC_BY = "7923702", "4893109"


def mirrors_of(server: LoopbackServer) -> str:
    """Value of FLIGHTS_MIRRORS that leads both publishers' addresses to `server`."""
    return f"https://zenodo.org={server.url} https://www.eurocontrol.int={server.url}"


def put_zenodo(
    server: LoopbackServer, name: str, body: bytes, *, record: str = FULL, etag: str = ""
) -> str:
    """Lay a file into a record; its path."""
    path = f"/records/{record}/files/{name}"
    tag = etag or f'"md5:{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
    server.put(path, body, etag=tag, headers={"Content-Type": "application/octet-stream"})
    return path


def put_opdi(server: LoopbackServer, month: str, body: bytes, *, etag: str = "") -> str:
    """Lay the list of a month (YYYYMM) into the store; its path."""
    path = f"/performance/data/download/OPDI/v002/flight_list/flight_list_{month}.parquet"
    tag = etag or f'"{len(body):x}-{hashlib.sha256(body).hexdigest()[:12]}"'
    server.put(path, body, etag=tag)
    return path
