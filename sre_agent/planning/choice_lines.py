"""What a language model chose among the rules' repairs, in lines for people: always beside theirs."""

from collections.abc import Iterator

from sre_agent.domain.model_choice import ChosenByModel, Filled, ModelChoice
from sre_agent.planning import opinion_lines, wording
from sre_agent.planning.wording import Payload


def given(payload: Payload) -> str:
    """Return the event in one sentence."""
    told = payload.get("choice")
    if not told:
        return "A language model was asked to choose a repair"
    choice = ModelChoice.model_validate(told)
    return f"{head(choice)}{struck(choice)}"


def head(choice: ModelChoice) -> str:
    """Return what it chose, or why the rules go on alone, without its reason."""
    theirs = choice.options[0]
    if choice.note:
        return f"The rules choose {theirs.step!r} alone: {choice.model} was no help, {choice.note}"
    if choice.chosen is None:
        return f"{choice.model} chose {choice.step!r}, as the rules do"
    numbers = "".join(f", {filled(item)}" for item in choice.chosen.filled)
    return f"{choice.model} chose {choice.step!r}{numbers}; the rules would have chosen {theirs.step!r}"


def lines(choice: ModelChoice) -> Iterator[str]:
    """Yield what it chose and why, and what there was to choose from."""
    yield f"{head(choice)}{struck(choice)}"
    if choice.chosen is not None:
        yield from why(choice.chosen)
    for option in choice.options:
        kept = "can be taken back" if option.is_undoable else "cannot be taken back"
        yield f"option {option.step!r}: {option.summary} (risk {option.risk}, {kept})"


def of_plan(chosen: ChosenByModel) -> Iterator[str]:
    """Yield what whoever approves a plan has to know of its origin."""
    theirs = chosen.instead_of
    numbers = "; ".join(filled(item) for item in chosen.filled)
    yield (
        f"chosen by {chosen.model}, a language model{f' ({numbers})' if numbers else ''}; the rules "
        f"would have chosen {theirs.step!r} (risk {theirs.risk}): {theirs.summary}"
    )
    yield from why(chosen)


def why(chosen: ChosenByModel) -> Iterator[str]:
    """Yield a model's reason, as its words, and the facts that it took from the evidence."""
    if chosen.reason:
        yield f'its reason, in its words: "{chosen.reason}"'
    yield from (f"it goes by {opinion_lines.fact(claim)}" for claim in chosen.claims)


def filled(item: Filled) -> str:
    """Return a number of a model's beside that of the rules."""
    return f"{item.name} = {item.value} where the rules would write {item.by_rules}"


def struck(choice: ModelChoice) -> str:
    """Return how many of its claims were struck, or nothing."""
    return wording.struck(choice.struck_count, "claims")
