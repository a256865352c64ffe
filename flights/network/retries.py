"""How often a request is repeated, how long to wait, and how waits are reported."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Report = Callable[[str, float], None]
"""Called with the current step and the share done, 0 to 1; may raise to stop the work."""

_STEP_S = 1.0


@dataclass(frozen=True)
class RetryPolicy:
    """Attempts, waits and time-outs, all times in seconds.

    `tries`: attempts for one request; pauses between them double from `pause_s` to
    `longest_pause_s`, and vary at random between half and one and a half of that, so that
    several processes do not repeat at once. A server that asks for a wait of more than
    `longest_wait_s` ends the work. A body that arrives at less than `slowest_per_s` [bytes/s]
    after `grace_s` counts as stuck.
    """

    tries: int = 6
    pause_s: float = 1.0
    longest_pause_s: float = 60.0
    longest_wait_s: float = 300.0
    connect_s: float = 15.0
    read_s: float = 60.0
    slowest_per_s: float = 100.0
    grace_s: float = 60.0
    spares_loopback: bool = True
    sleep: Callable[[float], None] = field(default=time.sleep, compare=False)
    chance: Callable[[], float] = field(default=random.random, compare=False)

    def pause_after(self, attempt: int) -> float:
        """Seconds to wait after the attempt of this number (1, 2 ...)."""
        growing = min(self.pause_s * 2.0 ** (attempt - 1), self.longest_pause_s)
        return growing * (0.5 + self.chance())


@dataclass(frozen=True)
class Waiting:
    """Waits that are reported; an error raised in `report` ends them."""

    sleep: Callable[[float], None] = time.sleep
    report: Report | None = None
    share: float = 0.0

    def wait(self, seconds: float, why: str) -> None:
        """Wait and report the reason every second; waits under a second are not reported."""
        left = seconds
        while left > 0:
            if self.report and seconds >= _STEP_S:
                self.report(f"waiting {left:.0f} s: {why}", self.share)
            step = min(left, _STEP_S)
            self.sleep(step)
            left -= step
