"""Patterns of paths, as CODEOWNERS has them: `*` and `?` within a part, `**` for any parts."""

ANY_DEPTH = "**"


def is_match(wanted: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    """Return whether the parts of a path are as a pattern asks; the work grows with both and no faster."""
    reached = {0}
    for part in parts:
        here = _through(wanted, reached)
        stay = {at for at in here if at < len(wanted) and wanted[at] == ANY_DEPTH}
        step = {at + 1 for at in here - stay if at < len(wanted) and _is_like(wanted[at], part)}
        reached = stay | step
    return len(wanted) in _through(wanted, reached)


def _through(wanted: tuple[str, ...], reached: set[int]) -> set[int]:
    """Return every place that is reached when a part of any depth may also be of none."""
    found = set(reached)
    for at in range(len(wanted)):
        if at in found and wanted[at] == ANY_DEPTH:
            found.add(at + 1)
    return found


def _is_like(pattern: str, part: str) -> bool:
    """Return whether a part of a path is as a pattern with `*` and `?` says."""
    at, begun, star, mark = 0, 0, -1, 0
    while begun < len(part):
        if at < len(pattern) and pattern[at] == "*":
            star, mark, at = at, begun, at + 1
        elif at < len(pattern) and pattern[at] in {"?", part[begun]}:
            at, begun = at + 1, begun + 1
        elif star >= 0:
            mark += 1
            at, begun = star + 1, mark
        else:
            return False
    return not pattern[at:].strip("*")
