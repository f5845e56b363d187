"""Containers that end with an error of their own program."""

from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes import last_words, sayings, wellbeing
from sre_agent.diagnosis.kubernetes.proposing import cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.faults import FaultClass

_WORDS = (
    "panic: ",
    "Traceback (most recent call last)",
    "Exception in thread",
    "Unhandled exception",
    "Unhandled Exception",
    "UnhandledPromiseRejection",
    "Uncaught ",
    "Segmentation fault",
    "SIGSEGV",
    "AssertionError",
    "NullPointerException",
)
_BY_ITSELF = frozenset({1, 2, 3, 134, 139, 255})
"""Exit codes of a program that gave up; signals from outside have others."""


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect a workload that restarts, with an exit code of its own and a broken program's words."""
    for said in sayings.sayings(view, *_WORDS):
        codes = _codes(view, said)
        if codes:
            code = min(codes)
            words = last_words.find(view, said.owner, said.container)
            quoted = words.text if words and words.source == said.source else said.quote()
            yield cause(
                Suspect(FaultClass.APPLICATION_ERROR, said.owner),
                "words.application_error",
                weights.GENERIC_STATE,
                f"{said.container} ends with exit code {code} and says: {quoted}",
                [said.source],
                exit_code=code,
            )


def _codes(view: View, said: sayings.Saying) -> set[int]:
    now = view.snapshot.taken_at
    return {
        ended.exit_code
        for pod in wellbeing.live_pods(view, said.owner)
        for status in pod.statuses
        if wellbeing.restarted_now(status, now) and said.container in {status.name, ""}
        for ended in (status.ended, status.last_ended)
        if ended and ended.exit_code in _BY_ITSELF
    }
