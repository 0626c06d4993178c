"""Row 25: twenty visitors on one slot at once."""

from tests.faults.check import Findings
from tests.faults.frame import Seen, World, cell
from tests.faults.row25 import BROKEN, VISITORS, race

SLOTS, FEW = 200, 10


def _blind(world: World) -> bool:
    """Nobody looks whether the time is free: the harness must see more meetings than slots."""
    return race(world.database.url_of(world.name), world.folder, slots=2, settings=BROKEN).meetings > 2


@cell("25", f"{VISITORS} visitors on one slot at once", _blind)
def offered(world: World) -> Seen:
    found = race(world.database.url_of(world.name), world.folder, slots=FEW if world.is_small else SLOTS)
    note = f": {found.meetings} meetings of {found.slots} slots, {sum(found.answers.values())} answers"
    return Seen(Findings(rows=found.meetings), wrong=found.wrong, note=note)
