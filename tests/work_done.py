"""How much work a call is, counted instead of timed: the same on every machine, however busy."""

import cProfile
import pstats
from collections.abc import Callable


def count_calls(work: Callable[[], object]) -> int:
    """Function calls made, built-in ones included. A thousand are 0.1 to 0.2 ms of CPU."""
    profile = cProfile.Profile()
    profile.runcall(work)
    return int(pstats.Stats(profile).total_calls)
