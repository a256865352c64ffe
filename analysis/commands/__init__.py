"""The commands of `python -m analysis`: a new one is one module here, and one line below.

A module has `EXAMPLE` (arguments), `add_options(parser)` and `run(asked, clock)`.
"""

COMMANDS = {
    "plan": "list the days a study lacks and the cheapest ways to get them",
    "run": "answer study files from the archive and write reports",
    "series": "answer from a table of counts per day",
    "power": "estimate which change a route could show",
}
"""Name of a command and of its module -> its help text."""
