"""Callsigns as eight bytes from a radio: untrusted until cleaned."""

import numpy as np
from numpy.typing import NDArray

_BLANK = 0x20
_HIGHEST_BITS = np.uint64(0x8080808080808080)


def clean_callsigns(words: NDArray[np.uint64]) -> np.ndarray:
    """Callsigns ("S8") of eight bytes each, held in little-endian 64-bit words.

    Blanks behind the text fall away. A first byte of 0 or blank, or a byte that is not
    printable ASCII, makes the callsign unknown (b""): noise is not a name.
    """
    words = words.astype("<u8")  # a copy, to be cleaned in place
    blanks = np.ones(len(words), bool)
    for byte in range(7, -1, -1):
        shift = np.uint64(8 * byte)
        value = (words >> shift) & np.uint64(0xFF)
        blanks &= (value == _BLANK) | (value == 0)
        words[blanks] &= ~(np.uint64(0xFF) << shift)
    words[_is_noise(words)] = 0
    return words.view("S8")


def _is_noise(words: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """True where the first byte is 0 or blank, or any byte is no printable ASCII."""
    first = words & np.uint64(0xFF)
    noise = (words & _HIGHEST_BITS) != 0
    noise |= (first == 0) | (first == _BLANK)
    ended = np.zeros(len(words), bool)
    for byte in range(8):
        value = (words >> np.uint64(8 * byte)) & np.uint64(0xFF)
        noise |= (value < _BLANK) & (value != 0)
        noise |= (value == 0x7F) | (ended & (value != 0))
        ended |= value == 0
    return noise & (words != 0)
