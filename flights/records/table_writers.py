"""Tables of records as CSV, JSON or Parquet, each with a note on what they contain."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from flights import CONTENTS_SENTENCE
from flights.errors import InvalidInput
from flights.records.formula_guard import guard_text
from flights.records.ledger import LedgerEntry


@dataclass(frozen=True)
class Header:
    """The description of an export: the question in plain values, the note, the ledger."""

    note: str
    question: Mapping[str, Any]
    ledger: Sequence[LedgerEntry]

    def plain(self) -> dict[str, Any]:
        """As JSON values; days that are not complete come with their reasons."""
        lacking = [
            {"day": e.day.isoformat(), "status": e.status, "reasons": list(e.reasons)}
            for e in self.ledger
            if not e.is_complete
        ]
        return {
            "contents": CONTENTS_SENTENCE,
            "note": self.note,
            **self.question,
            "days": len(self.ledger),
            "days_not_complete": lacking,
        }


class Writer(Protocol):
    """Writes frames of the same columns one after the other."""

    def write(self, frame: pd.DataFrame) -> None:
        """Add rows."""
        ...

    def close(self) -> None:
        """Finish the file; the stream stays open."""
        ...


def open_writer(kind: str, stream: IO[bytes], header: Header) -> Writer:
    """A writer of `csv`, `json` or `parquet` to a binary stream."""
    kinds: dict[str, Callable[[IO[bytes], Header], Writer]] = {
        "csv": CsvWriter,
        "json": JsonWriter,
        "parquet": ParquetWriter,
    }
    if kind not in kinds:
        raise InvalidInput(f"{kind!r} is not a format. Use one of {', '.join(kinds)}.")
    return kinds[kind](stream, header)


class CsvWriter:
    """UTF-8, one header row, times in ISO 8601 UTC, the note in the last column of every row.

    Without rows, the name of that column is the note.
    """

    def __init__(self, stream: IO[bytes], header: Header) -> None:
        self._stream, self._note, self._begun = stream, header.note, False
        self._empty: pd.DataFrame | None = None

    def write(self, frame: pd.DataFrame) -> None:
        if frame.empty:
            self._empty = frame
            return
        rows = guard_text(_plain_times(frame)).assign(note=self._note)
        # pandas quotes a cell with a line feed but not one with a carriage return.
        rows = rows.replace("\r", " ", regex=True)
        text = rows.to_csv(index=False, header=not self._begun, lineterminator="\n")
        self._stream.write(text.encode("utf-8", errors="replace"))
        self._begun = True

    def close(self) -> None:
        if self._empty is not None and not self._begun:
            named = self._empty.assign(**{f"note: {self._note}": ""})
            self._stream.write(named.to_csv(index=False, lineterminator="\n").encode())
        self._stream.flush()


class JsonWriter:
    """One object: the description of the export, then `flights`, a list of objects."""

    def __init__(self, stream: IO[bytes], header: Header) -> None:
        self._stream, self._any = stream, False
        opening = json.dumps(header.plain(), indent=1, ensure_ascii=False)
        self._put(f'{opening[:-2]},\n "flights": [')

    def write(self, frame: pd.DataFrame) -> None:
        plain = _plain_times(frame).astype(object)
        for row in plain.where(plain.notna(), None).to_dict("records"):
            text = json.dumps(row, ensure_ascii=False, default=_plain_value)
            self._put(f"{',' if self._any else ''}\n  {text}")
            self._any = True

    def close(self) -> None:
        self._put("\n ]\n}\n")
        self._stream.flush()

    def _put(self, text: str) -> None:
        self._stream.write(text.encode("utf-8", errors="replace"))


class ParquetWriter:
    """Types are kept; the description of the export is in the schema metadata."""

    def __init__(self, stream: IO[bytes], header: Header) -> None:
        self._stream = stream
        self._file: pq.ParquetWriter | None = None
        self._metadata = {
            "contents": CONTENTS_SENTENCE,
            "note": header.note,
            "header": json.dumps(header.plain()),
        }

    def write(self, frame: pd.DataFrame) -> None:
        schema = None if self._file is None else self._file.schema
        table = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
        if self._file is None:
            fields = [_never_null(field) for field in table.schema]
            table = table.cast(pa.schema(fields, metadata=self._metadata))
            self._file = pq.ParquetWriter(self._stream, table.schema, compression="zstd")
        self._file.write_table(table)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._stream.flush()


def _never_null(field: pa.Field) -> pa.Field:
    """A column without a value is text, and all text has the same type."""
    texts = (pa.types.is_null(field.type), pa.types.is_large_string(field.type))
    return field.with_type(pa.string()) if any(texts) else field


def _plain_times(frame: pd.DataFrame) -> pd.DataFrame:
    """Times as ISO 8601 text with a Z, to the second."""
    times = frame.select_dtypes("datetimetz")
    return frame.assign(**{n: c.dt.strftime("%Y-%m-%dT%H:%M:%SZ") for n, c in times.items()})


def _plain_value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
