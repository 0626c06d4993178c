"""What the preview lists: each heading with its own page, walked by line, so that any depth costs the same."""

from collections.abc import Mapping
from dataclasses import dataclass

from base.url_values import read_number
from crm.models import Import, ImportAction, ImportRow

SIZES = {ImportAction.UPDATE: 20, ImportAction.NEW: 50, ImportAction.UNREADABLE: 20}
IMPORTS = 30


@dataclass(frozen=True)
class Section:
    """One page of the rows under a heading. `earlier` and `later` are the lines to go on after, None where there is none."""

    rows: list[ImportRow]
    count: int
    earlier: int | None
    later: int | None


def read_section(batch: Import, action: ImportAction, query: Mapping[str, str]) -> Section:
    count, size = int(batch.counts[action]), SIZES[action]
    after = read_number(query.get(action), largest=10**9) or 0
    if not count:
        return Section([], 0, None, None)
    listed = batch.rows.to_do(action)
    rows = list(listed.filter(line__gt=after).select_related("contact")[: size + 1])
    earlier = None
    if after:
        above = list(listed.reverse().filter(line__lte=after).values_list("line", flat=True)[size : size + 1])
        earlier = above[0] if above else 0
    later = rows[size - 1].line if len(rows) > size else None
    return Section(rows[:size], count, earlier, later)


def read_imports(batches: list[Import]) -> tuple[list[Import], int | None]:
    """One page of earlier imports out of one more than fits, and the number to go on below."""
    return batches[:IMPORTS], batches[IMPORTS - 1].pk if len(batches) > IMPORTS else None
