"""What a language model thinks, in lines for people: always told as its opinion."""

from collections.abc import Iterator

from sre_agent.domain.likelihood import in_percent
from sre_agent.domain.opinion import Claim, ModelOpinion, Standing, WeighedCause
from sre_agent.planning import wording
from sre_agent.planning.wording import Payload

STANDINGS = {
    Standing.AGREES: "agrees with the evidence",
    Standing.RANKED: "the evidence prefers another cause",
    Standing.NEW: "an opinion only",
    Standing.CONTRADICTED: "the evidence contradicts it",
    Standing.DISMISSED: "dismissed by a person",
    Standing.UNSUPPORTED: "nothing bears it out",
}


def given(payload: Payload) -> str:
    """Return the event in one sentence."""
    told = payload.get("opinion")
    if not told:
        return "A language model was asked"
    opinion = ModelOpinion.model_validate(told)
    if opinion.note:
        return f"No second opinion from {opinion.model}: {opinion.note}"
    causes = "; ".join(
        f"{item.fault_class} of {item.object.name} ({STANDINGS[item.standing]})"
        for item in opinion.causes
    )
    return f"Second opinion of {opinion.model}: {causes or 'no cause'}{struck(opinion)}"


def lines(opinion: ModelOpinion) -> Iterator[str]:
    """Yield what it thinks, a line for each cause and each fact that it took from the evidence."""
    if opinion.note:
        yield f"{opinion.model} gave none: {opinion.note}"
        return
    yield f"{opinion.effect} Nobody plans from a model's words{struck(opinion)}."
    for cause in opinion.causes:
        yield head(cause)
        yield from (f"  {fact(claim)}" for claim in cause.claims)


def head(cause: WeighedCause) -> str:
    """Return a model's cause and how it stands to the evidence."""
    why = f": {cause.reason}" if cause.reason else ""
    said = f'; its words: "{cause.statement}"' if cause.statement else ""
    return (
        f"{cause.fault_class} of {cause.object}, {in_percent(cause.confidence)}, "
        f"{STANDINGS[cause.standing]}{why}{said}"
    )


def fact(claim: Claim) -> str:
    """Return a fact as the evidence has it."""
    return f"{claim.path} = {claim.value} ({claim.evidence_id})"


def struck(opinion: ModelOpinion) -> str:
    """Return how many of its claims were struck, or nothing."""
    return wording.struck(opinion.struck_count, "claims")
