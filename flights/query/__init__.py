"""Route questions over the archive, answered by DuckDB."""

from flights.query.engine import DuckDBEngine
from flights.query.index.end_codes import cell_id
from flights.query.index.index import Facts
from flights.query.other_series import list_witnesses
from flights.query.question import Engine, RouteQuestion

__all__ = ["DuckDBEngine", "Engine", "Facts", "RouteQuestion", "cell_id", "list_witnesses"]
