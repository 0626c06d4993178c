"""The rows of the fault matrix, in the order in which they are numbered."""

from tests.faults.cells import killed, offered, owed, rated, relayed, stored, ticked, told
from tests.faults.frame import CELLS

__all__ = ["CELLS", "killed", "offered", "owed", "rated", "relayed", "stored", "ticked", "told"]

CELLS.sort(key=lambda cell: [int(part) for part in cell.row.split("-")])
