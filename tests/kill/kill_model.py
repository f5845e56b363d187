"""A model beside a stage: it answers honestly, and tells when it is asked what."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import hostile_told
from hostile_roles import honest, of
from model_acts import Act, Say, Slow, Vanish

NEVER_S = 120.0


@dataclass
class Model:
    """What is behind the model's server; it answers one question of a role late, where it is told to."""

    asked: Counter[str] = field(default_factory=Counter)
    """How often each role asked, since it was last emptied."""
    on_question: Callable[[], None] = lambda: None
    silent_at: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, body: Mapping[str, Any]) -> Act:
        """Return what it does with a question."""
        told = hostile_told.read(body)
        role = of(told).name
        with self.lock:
            self.asked[role] += 1
            is_silent = role == self.silent_at
            if is_silent:
                self.silent_at = ""
        if not is_silent:
            return Say(honest(told))
        self.on_question()
        return Slow(NEVER_S, Vanish())

    def begin(self, silent_at: str, on_question: Callable[[], None]) -> None:
        """Begin anew: the first question of a role finds no answer, and somebody hears of it."""
        with self.lock:
            self.asked.clear()
            self.silent_at, self.on_question = silent_at, on_question
