"""Samples taken in alternation, bounded by count and by time."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from bench.client import Answer

WARM_UP = 15

Ask = Callable[[], Answer]


def percentile(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


@dataclass
class Side:
    """The samples of one server and size, in seconds."""

    seconds: list[float] = field(default_factory=list)
    last: Answer | None = None

    def p(self, percent: int) -> float:
        return 1000 * percentile(self.seconds, percent)

    @property
    def p50(self) -> float:
        return 1000 * median(self.seconds)


def alternate(asks: dict[str, Ask], rounds: int, seconds: float) -> dict[str, Side]:
    """Asks each in turn, again and again, until there are `rounds` of each or the time is over; the first few are warm-up."""
    sides = {name: Side() for name in asks}
    deadline = time.monotonic() + seconds
    for turn in range(WARM_UP + rounds):
        for name, ask in asks.items():
            answer = ask()
            if answer.status >= 400:
                raise SystemExit(f"{name} answered {answer.status}: {answer.body[:300]!r}")
            sides[name].last = answer
            if turn >= WARM_UP:
                sides[name].seconds.append(answer.seconds)
        if time.monotonic() > deadline and turn > WARM_UP + 10:
            break
    return sides
