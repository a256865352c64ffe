"""How long the routes of a month of world traffic take to resolve: both bounds, through the prism.

    python tests/bench/routes.py [--flights 3000000] [--keep DIR] [--rounds 3]

Writes a made-up month straight in the index's own layout (see `query.py`: one end in eight
lost, one flight in sixteen cargo) and resolves routes of several sizes: matching the flights,
finding where each airframe was heard before and next, and asking every lost end whether the
region can be excluded. Prints medians with a floor: matching the flights of both bounds alone.
"""

import argparse
import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

from query import EUROPE, MIDDLE_EAST, SOURCE, YEAR, NoRules, median_ms, write_year

from flights.archive import Archive
from flights.query import DuckDBEngine, RouteQuestion
from flights.reference.airports import load_airports
from flights.routes import resolve_bounds

FIRST, LAST = date(YEAR, 7, 1), date(YEAR, 7, 31)


def questions() -> dict[str, RouteQuestion]:
    """Routes between regions of several sizes."""
    country = load_airports()["country"]

    def ask(here: str, there: str, grade: str | None) -> RouteQuestion:
        ends = (frozenset(country.index[country.isin(each.split())]) for each in (here, there))
        return RouteQuestion(SOURCE, FIRST, LAST, *ends, min_grade=grade)

    return {
        "CN -> IR, likely": ask("CN HK MO", "IR", "likely"),
        "Europe -> Middle East, likely": ask(EUROPE, MIDDLE_EAST, "likely"),
        "US -> US, likely": ask("US", "US", "likely"),
        "CN -> IR, any flight": ask("CN HK MO", "IR", None),
    }


def measure(root: Path, rounds: int) -> None:
    """Print medians [s]."""
    engine = DuckDBEngine(Archive(root), cargo=NoRules())
    for name, question in questions().items():
        floor = median_ms(lambda q=question: (engine.match(q), engine.match_unknown(q)), rounds)
        took = median_ms(lambda q=question: resolve_bounds(engine, q), rounds)
        found = resolve_bounds(engine, question)
        bounds = found.counted["bound"].value_counts()
        print(
            f"{name:<32}{took[0] / 1000:6.2f} s wall {took[1] / 1000:6.2f} s cpu "
            f"{took[1] / floor[1]:5.1f} x floor; {bounds.get('lower', 0):,} lower, "
            f"{bounds.get('upper', 0):,} more in upper, {len(found.excluded):,} excluded"
        )
    engine.close()


def main() -> None:
    """Write the month, or take it from `--keep`, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flights", type=int, default=3_000_000)
    parser.add_argument("--keep", type=Path, help="folder that stays for the next run")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    root = asked.keep or Path(tempfile.mkdtemp(prefix="bench-routes-"))
    try:
        if not (root / "index").is_dir():
            write_year(root, asked.flights * 12, [FIRST.month])
        measure(root, asked.rounds)
    finally:
        if not asked.keep:
            shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
