"""Two devices, one text: nothing that was typed on either is lost."""


def lay_together(mine: str, theirs: str, base: str = "") -> str:
    """`mine`, and below it the lines of `theirs` that are neither in it nor in the `base` both began with.

    A line that I changed or took out is in the base and does not come back; a line that the other device added does.
    """
    known = {line.strip() for line in (*mine.splitlines(), *base.splitlines())}
    added = [line for line in theirs.splitlines() if line.strip() and line.strip() not in known]
    return "\n".join(part for part in (mine, *added) if part)
