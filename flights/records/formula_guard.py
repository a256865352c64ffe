"""Protection against text that a spreadsheet would run as a formula (CSV injection).

Reference: https://owasp.org/www-community/attacks/CSV_Injection
"""

import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def guard_cell(text: str) -> str:
    """The text, with a leading ' where it would be a formula.

    >>> guard_cell("=1+1"), guard_cell("CLX7")
    ("'=1+1", 'CLX7')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def guard_text(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame, with a leading ' in text that a spreadsheet would run as a formula.

    >>> guard_text(pd.DataFrame({"callsign": ["=1+1", "CLX7"]})).callsign.tolist()
    ["'=1+1", 'CLX7']
    """
    guarded = {}
    for name, column in frame.items():
        if not (pd.api.types.is_string_dtype(column) or column.dtype == object):
            continue
        text = column.astype("str")
        risky = column.notna() & text.str.startswith(FORMULA_STARTS, na=False)
        if risky.any():
            guarded[str(name)] = column.mask(risky, "'" + text)
    return frame.assign(**guarded)
