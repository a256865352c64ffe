"""Route questions over the archive, answered by DuckDB."""

from flights.query.engine import DuckDBEngine, list_other_series
from flights.query.index.end_codes import cell_id
from flights.query.index.index import RouteIndex
from flights.query.question import Engine, RouteQuestion

__all__ = ["DuckDBEngine", "Engine", "RouteIndex", "RouteQuestion", "cell_id", "list_other_series"]
