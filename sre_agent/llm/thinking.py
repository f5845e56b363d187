"""Models that think before they answer: what they think counts as tokens of the answer."""

from dataclasses import dataclass, replace

from typing_extensions import override

from sre_agent.llm.mind import Answer, Around, Question


@dataclass(frozen=True)
class Thinking(Around):
    """Gives a model so many tokens to think with, beside those of each answer."""

    tokens: int

    @override
    async def ask(self, question: Question) -> Answer:
        room = question.max_output_tokens + self.tokens
        return await self.mind.ask(replace(question, max_output_tokens=room))
