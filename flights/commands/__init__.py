"""The commands of `python -m flights`: a new command is one module here and one line below.

A module has `EXAMPLE` (arguments), `add_options(parser)` and `run(asked)`, which returns the exit
code. It is imported when its command is used, so that help for one command loads no other.
"""

COMMANDS = {
    "sources": "list the sources: what each one gives and needs",
    "pull": "download days of a source into the archive",
    "reference": "download or list tables of aircraft, airports and routes",
    "ledger": "list the days of the archive and their state",
    "flights": "export flights of the archive, all or those of a route",
    "explain": "report one flight: gaps in reception and where it may have been",
    "track": "fetch the track of one flight from OpenSky (last 30 days)",
}
"""Name of a command and of its module -> what it does."""
