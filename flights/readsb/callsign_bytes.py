"""Callsigns as eight bytes from a radio: untrusted until cleaned."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_BLANK = 0x20
_HIGHEST_BITS = np.uint64(0x8080808080808080)
_PRINTABLE = bytes(range(_BLANK, 0x7F))
_PAGE_BITS = 7
_WITHIN_PAGE = (1 << _PAGE_BITS) - 1


class LastCallsigns:
    """The last callsign of each aircraft while a heatmap is read from start to end.

    One slot per aircraft that is named at all: within a slice, notes fill the slots, then
    positions read them. That is file order as long as no note follows a position of its own
    aircraft; where one does, a new step begins with it.

    Parameters
    ----------
    at : places of all notes in the file, ascending.
    address : whose each note is.
    texts : what it says ("S8").
    """

    def __init__(self, at: NDArray[np.intp], address: NDArray[np.int32], texts: np.ndarray) -> None:
        self._at, self._words, self._next = at, texts.view("<u8"), 0
        self._pages, pages = _number_pages(address)
        self._note_slots = self._slots(address)
        self._text = np.zeros(pages << _PAGE_BITS, "<u8")
        self._noted_at = np.zeros(pages << _PAGE_BITS, np.intp)  # 0: an index record is there

    def walk(
        self, address: NDArray[np.int32], at: NDArray[np.intp], ends: Sequence[int]
    ) -> np.ndarray:
        """Callsigns ("S8") of the positions `at` in the next slices, which end before `ends`.

        b"" for an aircraft that no note has named yet.
        """
        slots, carried = self._slots(address), np.empty(len(at), "<u8")
        begin = 0
        for heard, noted in zip(
            np.searchsorted(at, ends).tolist(),
            np.searchsorted(self._at, ends).tolist(),
            strict=True,
        ):
            here, new = slice(begin, heard), slice(self._next, noted)
            carried[here] = self._walk_slice(slots[here], at[here], new)
            begin, self._next = heard, noted
        return carried.view("S8")

    def _walk_slice(
        self, slots: NDArray[np.intp], at: NDArray[np.intp], new: slice
    ) -> NDArray[np.uint64]:
        """Texts of the positions in one slice, whose notes are `new`."""
        noted = self._note_slots[new]
        self._noted_at[noted] = self._at[new]
        early = self._noted_at.take(slots, mode="wrap") > at  # all within, no need to check
        if early.any():
            return self._walk_in_steps(slots, at, new, slots[early])
        self._text[noted] = self._words[new]
        return self._text.take(slots, mode="wrap")

    def _walk_in_steps(
        self, slots: NDArray[np.intp], at: NDArray[np.intp], new: slice, again: NDArray[np.intp]
    ) -> NDArray[np.uint64]:
        """The same where aircraft (`again`) have a note behind a position: a step from each."""
        late = np.flatnonzero(np.isin(self._note_slots[new], again))
        notes = [new.start, *(new.start + late).tolist(), new.stop]
        heard = [0, *np.searchsorted(at, self._at[new][late]).tolist(), len(at)]
        carried = np.empty(len(at), "<u8")
        for (first, stop), (begin, end) in zip(pairwise(notes), pairwise(heard), strict=True):
            self._text[self._note_slots[first:stop]] = self._words[first:stop]
            carried[begin:end] = self._text[slots[begin:end]]
        return carried

    def _slots(self, address: NDArray[np.int32]) -> NDArray[np.intp]:
        """A small number for each address; those no note names share some that stay empty."""
        slots = self._pages.take(address >> _PAGE_BITS, mode="wrap")
        slots <<= _PAGE_BITS
        slots |= address & _WITHIN_PAGE
        return slots


def _number_pages(address: NDArray[np.int32]) -> tuple[NDArray[np.intp], int]:
    """Numbers from 1 for the pages of the address space in use (0 = unused), and their count.

    Addresses are spread over 25 bits, and a flat table of them would not fit a cache.
    """
    pages = np.zeros(1 << (25 - _PAGE_BITS), np.intp)
    page = address >> _PAGE_BITS
    number = np.arange(len(page))
    pages[page] = number
    used = page[pages[page] == number]  # each page once
    pages[used] = np.arange(1, len(used) + 1)
    return pages, len(used) + 1


def clean_callsigns(words: NDArray[np.uint64]) -> np.ndarray:
    """Callsigns ("S8") of eight bytes each, stored in little-endian 64-bit words.

    Blanks behind the text fall away. A first byte of 0 or blank, or a byte that is not
    printable ASCII, makes the callsign unknown (b""): noise is not a callsign.
    """
    words = words.astype("<u8")  # a copy, to be cleaned in place
    blanks, torn = np.ones(len(words), bool), np.zeros(len(words), bool)
    for byte in range(7, -1, -1):
        shift = np.uint64(8 * byte)
        value = (words >> shift) & np.uint64(0xFF)
        blanks &= (value == _BLANK) | (value == 0)
        words[blanks] &= ~(np.uint64(0xFF) << shift)
        torn |= (value == 0) & ~blanks
    if (
        torn.any()
        or words.tobytes().translate(None, _PRINTABLE + b"\0")
        or _begins_blank(words).any()
    ):
        words[_is_noise(words)] = 0
    return words.view("S8")


def _begins_blank(words: NDArray[np.uint64]) -> NDArray[np.bool_]:
    first = words & np.uint64(0xFF)
    nameless: NDArray[np.bool_] = ((first == 0) & (words != 0)) | (first == _BLANK)
    return nameless


def _is_noise(words: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """True where the first byte is 0 or blank, or any byte is no printable ASCII."""
    noise = (words & _HIGHEST_BITS) != 0
    noise |= _begins_blank(words)
    ended = np.zeros(len(words), bool)
    for byte in range(8):
        value = (words >> np.uint64(8 * byte)) & np.uint64(0xFF)
        noise |= (value < _BLANK) & (value != 0)
        noise |= (value == 0x7F) | (ended & (value != 0))
        ended |= value == 0
    found: NDArray[np.bool_] = noise & (words != 0)
    return found
