"""Which process is meant by a number that the system gives again to others."""

import os
from contextlib import suppress
from pathlib import Path


def process_mark(pid: int) -> str:
    """What tells a running process from a later one of the same number; "" when it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return "" if Path("/proc/self/stat").exists() else _mark_without_proc(pid)
    fields = text.rpartition(")")[2].split()
    if fields[0] not in "ZX":
        return fields[19]
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # one of ours that nobody has buried yet
    return ""


def _mark_without_proc(pid: int) -> str:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "alive"
