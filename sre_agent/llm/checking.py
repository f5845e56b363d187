"""What a model can do, found out by asking it three small things."""

from dataclasses import dataclass

from pydantic import BaseModel

from sre_agent.llm.mind import Answer, Mind, MindError, Question, ToolSpec

SLOW_TOKENS_PER_S = 5.0
"""Below this an opinion comes too late for most incidents."""

_SYSTEM = "You are being tested. Do exactly what you are told."
_ROOM = 300


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What came of one test; `advice` says what to do where it is not ok."""

    test: str
    is_ok: bool
    told: str
    advice: str = ""


class _Counted(BaseModel):
    animal: str
    legs: int


_TOOL = ToolSpec(
    name="temperature",
    description="Return the temperature in a city, in degrees Celsius.",
    parameters={
        "type": "object",
        "properties": {"city": {"type": "string", "description": "The city's name."}},
        "required": ["city"],
    },
)


async def check(mind: Mind, *, deadline_s: float) -> tuple[Finding, ...]:
    """Return what a model can do; where it cannot be reached, nothing else is tried."""
    reach, answer = await _reached(mind, deadline_s)
    if answer is None:
        return (reach,)
    speed = _speed(answer)
    return (reach, await _structured(mind, deadline_s), await _calls_tools(mind, deadline_s), speed)


async def _reached(mind: Mind, deadline_s: float) -> tuple[Finding, Answer | None]:
    user = "Write the numbers from one to thirty as words, separated by spaces."
    try:
        answer = await mind.ask(_question(user, deadline_s))
    except MindError as error:
        advice = "Look at LLM_BASE_URL, LLM_MODEL and LLM_API_KEY, and whether the server runs."
        return Finding(test="reach", is_ok=False, told=str(error), advice=advice), None
    where = "in your house" if mind.is_local else "outside your house"
    return Finding(test="reach", is_ok=True, told=f"{answer.model} answers, {where}"), answer


async def _structured(mind: Mind, deadline_s: float) -> Finding:
    question = Question(
        role="check",
        system=_SYSTEM,
        user="A spider has eight legs. Give the animal and the number of its legs.",
        schema=_Counted,
        max_output_tokens=_ROOM,
        deadline_s=deadline_s,
    )
    name = "structured output"
    try:
        answer = await mind.ask(question)
    except MindError as error:
        advice = "Choose a model that can write JSON: without it nothing it says can be used."
        return Finding(test=name, is_ok=False, told=str(error), advice=advice)
    tries = len(answer.spending)
    again = "" if tries == 1 else f", at try {tries}"
    return Finding(test=name, is_ok=True, told=f"it keeps to a schema{again}")


async def _calls_tools(mind: Mind, deadline_s: float) -> Finding:
    question = Question(
        role="check",
        system=_SYSTEM,
        user="How warm is it in Oslo? Use the tool.",
        tools=(_TOOL,),
        max_output_tokens=_ROOM,
        deadline_s=deadline_s,
    )
    name = "tool calling"
    advice = "It can give opinions all the same; it cannot ask for more evidence itself."
    try:
        answer = await mind.ask(question)
    except MindError as error:
        return Finding(test=name, is_ok=False, told=str(error), advice=advice)
    if not answer.tool_calls:
        return Finding(
            test=name, is_ok=False, told="it talks instead of calling tools", advice=advice
        )
    if "city" not in answer.tool_calls[0].arguments:
        told = "it calls tools with arguments that they do not have"
        return Finding(test=name, is_ok=False, told=told, advice=advice)
    return Finding(test=name, is_ok=True, told="it calls tools as they are described")


def _speed(answer: Answer) -> Finding:
    rate = answer.usage.output_tokens / max(answer.seconds, 0.001)
    about = "about " if answer.usage.is_estimated else ""
    told = f"{about}{rate:.0f} tokens a second ({answer.seconds:.1f} s)"
    advice = "" if rate >= SLOW_TOKENS_PER_S else "Take a smaller model, or a larger machine."
    return Finding(test="speed", is_ok=not advice, told=told, advice=advice)


def _question(user: str, deadline_s: float) -> Question:
    return Question(
        role="check", system=_SYSTEM, user=user, max_output_tokens=_ROOM, deadline_s=deadline_s
    )
