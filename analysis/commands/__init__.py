"""The commands of `python -m analysis`: a new one is one module here, and one line below.

A module has `EXAMPLE` (arguments), `add_options(parser)` and `run(asked, clock)`.
"""

COMMANDS = {
    "run": "answer study files and write their reports",
    "series": "judge tables of counts per day",
    "power": "say what change a route of so many flights a week could show",
}
"""Name of a command and of its module -> what it does."""
