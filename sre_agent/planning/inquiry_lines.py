"""Where a language model would have specialists look further, in lines for people."""

from sre_agent.domain.causes import Question
from sre_agent.domain.inquiry import ModelInquiry
from sre_agent.planning import wording
from sre_agent.planning.wording import Payload


def given(payload: Payload) -> str:
    """Return the event in one sentence."""
    told = payload.get("inquiry")
    if not told:
        return "A language model was asked where else to look"
    inquiry = ModelInquiry.model_validate(told)
    whose = f"of the {inquiry.specialist} specialist, {inquiry.model},"
    if inquiry.note:
        return f"The model {whose} was no help: {inquiry.note}"
    return f"The model {whose} {chosen(inquiry)}{struck(inquiry)}"


def is_empty(payload: Payload) -> bool:
    """Return whether a model was asked, and wanted nothing at all."""
    inquiry = payload.get("inquiry") or {}
    return not any(inquiry.get(part) for part in ("questions", "struck_count", "note"))


def chosen(inquiry: ModelInquiry) -> str:
    """Return what it would look at, after the words for whose model it is."""
    count = len(inquiry.questions)
    if not count:
        return "asked nothing further"
    looks = "; ".join(map(look, inquiry.questions))
    return f"asked {count} further question{'' if count == 1 else 's'}: {looks}"


def look(question: Question) -> str:
    """Return one look in words."""
    what = (question.tool or question.topic).replace("_", " ")
    about = question.arguments.get("fault_class")
    return f"{what}{f' for {about}' if about else ''} of {question.object.name}"


def struck(inquiry: ModelInquiry) -> str:
    """Return how many of its calls were struck, or nothing."""
    return wording.struck(inquiry.struck_count, "calls")
