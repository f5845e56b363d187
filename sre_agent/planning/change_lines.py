"""What changes explain, in lines for people: the suspect next to what it explains, the others with why not."""

from collections.abc import Iterator

from sre_agent.domain.attribution import ChangeVerdict, Explained, Explanation, JudgedChange, Knower

_SHORT = 12
_WHAT = {
    Explained.STACK_FRAME: "the stack",
    Explained.LOG_LINE: "the log",
    Explained.SETTING: "what was rolled out",
}


def suspect(change: JudgedChange) -> str:
    """Return which change it is, where it stands, and by whom it is."""
    place = [f"commit {change.commit[:_SHORT]}"] if change.commit else []
    place += [f"of {change.repository}"] if change.repository else []
    place += [f"by pull request #{change.pull_request}"] if change.pull_request else []
    place += [f"of {change.actor}"] if change.actor else []
    return f"{change.summary} ({' '.join(place) or change.kind.value.replace('_', ' ')})"


def explanation(item: Explanation) -> str:
    """Return what was seen, and at which place of the diff it stands; the lines of it stand apart."""
    place = f"{item.path}:{item.line}" if item.line else item.path
    return f"{_WHAT[item.what]} says {item.said}; {place} has since"


def rows(item: Explanation) -> tuple[str, ...]:
    """Return the lines of the diff there, each with its sign."""
    return tuple(item.hunk.splitlines())


def known_by(people: tuple[Knower, ...]) -> str:
    """Return who knows the code, each with how we know."""
    return "; ".join(f"{item.who} ({', '.join(item.how)})" for item in people)


def ruled_out(verdict: ChangeVerdict) -> Iterator[str]:
    """Yield the changes that did not do it, each with why not."""
    for item in verdict.ruled_out:
        why = "; ".join(item.speaks_against) or "too little speaks for it"
        yield f"{item.summary}: {why}"
    if verdict.left_out:
        yield f"{verdict.left_out} more"
