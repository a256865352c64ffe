"""The commands of `python -m analysis`: a new one is one module here, and one line below.

A module has `EXAMPLE` (arguments), `add_options(parser)` and `run(asked, clock)`.
"""

COMMANDS = {
    "plan": "list the days a study lacks and the cheapest ways to get them",
    "run": "answer study files and write their reports",
    "series": "judge tables of counts per day",
    "power": "say what change a route of so many flights a week could show",
}
"""Name of a command and of its module -> what it does."""
