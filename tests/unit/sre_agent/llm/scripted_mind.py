"""A mind that answers by a script, and remembers what it was asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from typing_extensions import override

from sre_agent.llm.mind import Answer, Mind, MindError, Question, Usage


@dataclass
class Scripted(Mind):
    """Gives one answer or error per question; the last one again and again."""

    script: Sequence[Answer | MindError]
    called: str = "test/small"
    local: bool = True
    asked: list[Question] = field(default_factory=list)

    @property
    @override
    def name(self) -> str:
        return self.called

    @property
    @override
    def is_local(self) -> bool:
        return self.local

    @override
    async def ask(self, question: Question) -> Answer:
        self.asked.append(question)
        said = self.script[min(len(self.asked), len(self.script)) - 1]
        if isinstance(said, MindError):
            raise said
        return said


def words(text: str = "yes", *, model: str = "test/small") -> Answer:
    """Return an answer in words."""
    usage = Usage(input_tokens=10, output_tokens=2)
    return Answer(text=text, usage=usage, model=model, seconds=0.5)


def question(*, deadline_s: float = 30) -> Question:
    """Return a question."""
    return Question(
        role="reflector", system="s", user="u", max_output_tokens=100, deadline_s=deadline_s
    )
