"""What a language model wrote of an incident, in lines for people: always told as its words."""

from collections.abc import Iterator

from sre_agent.domain.summary import ModelSummary
from sre_agent.planning import wording
from sre_agent.planning.wording import Payload


def given(payload: Payload) -> str:
    """Return the event in one sentence."""
    told = payload.get("summary")
    if not told:
        return "A language model was asked for a summary"
    summary = ModelSummary.model_validate(told)
    if summary.note:
        return f"No summary from {summary.model}: {summary.note}"
    count = len(summary.sentences)
    return (
        f"Summary of {summary.model}: {count} sentence{'' if count == 1 else 's'}{struck(summary)}"
    )


def lines(summary: ModelSummary) -> Iterator[str]:
    """Yield the sentences with the entries of the timeline that they rest on."""
    for sentence in summary.sentences:
        yield f"{sentence.text} ({', '.join(f'#{number}' for number in sentence.cites)})"


def struck(summary: ModelSummary) -> str:
    """Return how many of its sentences were struck, or nothing."""
    return wording.struck(summary.struck_count, "sentences")
