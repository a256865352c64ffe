"""Made-up positions and fields, for rules that want one case each."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from flights.legs.ends.airfields import Airfields
from flights.records import POSITION
from flights.reference.earth import great_circle_km

DAY = date(2050, 3, 1)
MIDNIGHT = int(datetime(2050, 3, 1, tzinfo=UTC).timestamp() * 1000)

FIELDS = pd.DataFrame(
    [
        ("AAAA", "Alpha", "AAA", 50.0, 10.0, 300.0),
        ("BBBB", "Bravo", "BBB", 50.0, 14.0, 500.0),
        ("CCCC", "Charlie", "CCC", 40.0, 60.0, 1000.0),
        ("STRP", "Strip beside Alpha", "", 50.03, 10.02, 300.0),
        ("FIJI", "On the antimeridian", "FIJ", -17.0, 179.9, 10.0),
    ],
    columns=["code", "name", "iata", "latitude", "longitude", "elevation_ft"],
).set_index("code")


def nearest(latitude, longitude, *, count=1):
    """Fields by distance, as `nearest_airports` gives them."""
    distance = great_circle_km(
        np.reshape(latitude, (-1, 1)),
        np.reshape(longitude, (-1, 1)),
        FIELDS["latitude"].to_numpy(),
        FIELDS["longitude"].to_numpy(),
    )
    order = np.argsort(distance, axis=1)[:, :count]
    return FIELDS.index.to_numpy(dtype="U4")[order], np.take_along_axis(distance, order, axis=1)


AIRFIELDS = Airfields(FIELDS, nearest)


def stretch(
    minutes, places, altitudes=(None, None), *, callsign="TST1", icao24=0x400001, every_s=30.0,
    speed=None, received=0,
):  # fmt: skip
    """Positions on a straight line, `minutes` (from, to) of the day, both ends included.

    Altitude None means on the ground. The speed follows from the line unless given.
    """
    seconds = np.arange(minutes[0] * 60, minutes[1] * 60 + 1e-6, every_s)
    share = (seconds - seconds[0]) / max(seconds[-1] - seconds[0], 1)
    (lat1, lon1), (lat2, lon2) = places
    rows = np.zeros(len(seconds), POSITION)
    rows["icao24"], rows["received"], rows["callsign"] = icao24, received, callsign.encode()
    rows["seen_at"] = MIDNIGHT + np.rint(seconds * 1000).astype(np.int64)
    rows["latitude"] = lat1 + share * (lat2 - lat1)
    rows["longitude"] = (lon1 + share * (lon2 - lon1) + 180) % 360 - 180
    rows["on_ground"] = altitudes[0] is None
    high = [np.nan if each is None else each for each in altitudes]
    rows["altitude_ft"] = high[0] + share * (high[1] - high[0])
    way = float(great_circle_km(lat1, lon1, lat2, lon2))
    hours = max(minutes[1] - minutes[0], 0.1) / 60
    rows["speed_kt"] = way / hours / 1.852 if speed is None else speed
    return rows


def sky(*parts):
    """Parts put together as decoders give them."""
    rows = np.concatenate(parts)
    return rows[np.lexsort((rows["seen_at"], rows["icao24"]))]


def between(start, stop, share):
    """A place on the way."""
    return tuple(a + share * (b - a) for a, b in zip(start, stop, strict=True))


A, B, C = (50.0, 10.0), (50.0, 14.0), (40.0, 60.0)
"""Three fields; A to B is 286 km, B to C 3,700 km."""


def hop(start_min, origin=A, destination=B, *, minutes=40.0, taxi=5.0, height=24_000.0, **how):
    """A whole flight: taxi, climb, cruise, descent, taxi."""
    t = start_min
    out, back = between(origin, destination, 0.3), between(origin, destination, 0.7)
    return sky(
        stretch((t - taxi, t - 0.5), (origin, origin), speed=10.0, **how),
        stretch((t, t + 0.3 * minutes), (origin, out), (600.0, height), **how),
        stretch((t + 0.3 * minutes + 0.5, t + 0.7 * minutes), (out, back), (height, height), **how),
        stretch(
            (t + 0.7 * minutes + 0.5, t + minutes), (back, destination), (height, 600.0), **how
        ),
        stretch(
            (t + minutes + 0.5, t + minutes + taxi), (destination, destination), speed=10.0, **how
        ),
    )


def ends(flights):
    """Origin and destination codes, None where lost."""
    pairs = zip(flights["origin"], flights["destination"], strict=True)
    return [tuple(None if pd.isna(each) else each for each in pair) for pair in pairs]
