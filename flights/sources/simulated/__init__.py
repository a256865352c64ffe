"""A made-up world with a known truth: fictional operators, days in 2050, real geography.

Nothing in here can pass for observation: addresses lie in a block that no state may assign,
designators belong to no airline, and every day lies in the year 2050.
"""

from flights.sources.simulated.examples import EXAMPLES, Example

__all__ = ["EXAMPLES", "Example"]
