"""Finds repeated flights of a table: same aircraft, same second."""

import numpy as np
import pyarrow as pa

from flights.records import NON_ICAO
from flights.sources.own_table.columns.shapes import Mask, Numbers
from flights.sources.own_table.files.chunks import Chunk
from flights.sources.own_table.rows.judge import Judged

_ADDRESS_BITS, _SECOND_BITS = 25, 31
_EPOCH_S = 631_152_000
"""1 January 1990, before which no row is a flight [s]."""


class SeenFlights:
    """Remembers the flights of a table in 8 bytes each.

    They are in sorted pieces, each at least twice as large as the next, so that there are few
    pieces to search and little to sort.
    """

    def __init__(self) -> None:
        self._pieces: list[Numbers] = []

    def without_repeated(self, chunk: Chunk, judged: Judged) -> Judged:
        """The chunk in which flights seen before are rejected (`duplicate`)."""
        keys = _keys(judged.flights)
        new = self._are_new(keys)
        self._add(keys[new])
        if new.all():
            return judged
        rule = judged.rule.copy()
        repeated = judged.flights["line"].to_numpy()[~new]
        rule[np.searchsorted(chunk.lines, repeated)] = "duplicate"
        return judged._replace(flights=judged.flights.filter(pa.array(new)), rule=rule)

    def _are_new(self, keys: Numbers) -> Mask:
        """True for the first occurrence of each key that is in no piece."""
        new = np.zeros(len(keys), bool)
        new[np.unique(keys, return_index=True)[1]] = True
        for piece in self._pieces:
            place = np.searchsorted(piece, keys)
            place[place == len(piece)] = 0
            new &= piece[place] != keys
        return new

    def _add(self, keys: Numbers) -> None:
        if not len(keys):
            return
        piece = np.sort(keys)
        while self._pieces and len(self._pieces[-1]) < 2 * len(piece):
            piece = np.sort(np.concatenate([self._pieces.pop(), piece]), kind="stable")
        self._pieces.append(piece)


def _keys(flights: pa.Table) -> Numbers:
    """Address and second of departure in one number."""
    coded = flights["icao24"].combine_chunks().dictionary_encode()
    numbers = [
        int(text[1:], 16) | NON_ICAO if text[0] == "~" else int(text, 16)
        for text in coded.dictionary.to_pylist()
    ]
    address = (
        np.array(numbers, np.int64)[coded.indices.to_numpy()] if numbers else np.zeros(0, np.int64)
    )
    seconds = flights["firstseen"].to_numpy() // 1000 - _EPOCH_S
    result: Numbers = (address << _SECOND_BITS) | seconds
    return result
