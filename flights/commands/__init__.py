"""The commands of `python -m flights`: a new one is one module here, and one line below.

A module has `EXAMPLE` (arguments), `add_options(parser)` and `run(asked)`, which returns the exit
code. It is imported when its command is asked for, so that help for one never waits for others.
"""

COMMANDS = {
    "sources": "list the sources: what they give and need",
    "pull": "read days of a source into the archive",
    "reference": "fetch tables about aircraft, airports and routes, or list what is held",
    "ledger": "show what is known of each day",
    "flights": "write flights of the archive, or those of a route",
    "explain": "tell the story of one flight, and what its silences leave open",
    "track": "ask OpenSky for the way of one flight of the last 30 days",
}
"""Name of a command and of its module -> what it does."""
