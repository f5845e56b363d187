"""A mind that says what a test wrote for it, and remembers what it was asked."""

from collections.abc import Callable

from sre_agent.llm.mind import Answer, Question

Reply = Callable[[Question], Answer]


class ScriptedMind:
    """A `Mind` that answers each question with a function of it, which may also raise."""

    name = "scripted/model"
    is_local = True

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self.asked: list[Question] = []

    async def ask(self, question: Question) -> Answer:
        """Answer as the script says."""
        self.asked.append(question)
        return self._reply(question)
