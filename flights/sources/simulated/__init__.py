"""An invented world with a known truth: fictional operators, days in 2050, real geography.

Its data cannot be mistaken for observation: the addresses are in a block that no state may
assign, the designators belong to no airline, and every day is in the year 2050.
"""

from flights.sources.simulated.examples import EXAMPLES, Example

__all__ = ["EXAMPLES", "Example"]
