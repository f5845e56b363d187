"""What a model answered when it was to choose a repair: an option by its name, numbers, and why.

No text of the answer reaches a call. What is not among the options, or is not within the bounds, is lost
as a whole; so is what reads like a command, which a person might be tempted to carry out.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from sre_agent.domain.evidence import Evidence
from sre_agent.domain.model_choice import Pick
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.opinion import StruckClaim
from sre_agent.llm import claims
from sre_agent.llm.claims import ClaimedFact
from sre_agent.llm.facts import plain
from sre_agent.planning import options as choices
from sre_agent.planning.options import Option
from sre_agent.safety.redaction import redact

MAX_REASON = 300
_MAX_ARGUMENTS = 8

_PROGRAMS = (
    *("kubectl", "helm", "oc", "docker", "podman", "crictl", "ctr", "curl", "wget", "ssh", "scp"),
    *("bash", "sh", "zsh", "powershell", "cmd", "python", "python3", "perl", "sudo", "chmod", "rm"),
    *("systemctl", "psql", "mysql", "redis-cli", "aws", "gcloud", "az", "terraform", "ansible"),
)
_COMMAND = re.compile(
    rf"(?i)(?<![\w-])(?:{'|'.join(map(re.escape, _PROGRAMS))})\s+[\w./~$-]"
    r"|[`{}]|\$[({\w]|&&|\|\||>>|[|;&]\s*$|(?<!\S)-{1,2}[a-z][\w-]*=?|(?<!\w)/(?:bin|usr|etc|tmp|dev)/"
    r"|\b\w+://|\b(?:apiVersion|kind|spec|metadata|command|args)\s*:"
    r"|\b(?:drop|truncate|delete|insert|update|select)\s+(?:table|from|into|\w+\s+set|\*)"
)


class FilledArgument(BaseModel):
    """One argument that is to have another number than the rules would write."""

    model_config = ConfigDict(extra="ignore")

    name: str = Field(description="the name of an argument exactly as listed")
    value: StrictInt = Field(description="a whole number within its bounds")


class PlannerAnswer(BaseModel):
    """One of the options, and why."""

    model_config = ConfigDict(extra="ignore")

    option: str = Field(description="the name of an option exactly as listed")
    arguments: list[FilledArgument] = Field(default_factory=list)
    reason: str = Field(default="", description="one plain sentence")
    claims: list[ClaimedFact] = Field(default_factory=list)


@dataclass(frozen=True)
class Picked:
    """What is left of an answer: a pick, or a note why there is none; and what was struck."""

    pick: Pick | None = None
    note: str = ""
    struck: tuple[StruckClaim, ...] = ()
    struck_count: int = 0


def check(
    answer: PlannerAnswer, options: Sequence[Option], evidence: Sequence[Evidence], ref: ObjectRef
) -> Picked:
    """Return what is left of an answer.

    Args:
        answer: what the model said.
        options: what it was offered, what the rules would do first.
        evidence: all that it was shown.
        ref: the object in which the fault is: claims have to be about it.
    """
    held = claims.hold(answer.claims, evidence, ref)
    pick = Pick(
        step=answer.option.strip(),
        numbers={item.name: item.value for item in answer.arguments[:_MAX_ARGUMENTS]},
        reason=plain(redact(answer.reason[: 4 * MAX_REASON]), MAX_REASON),
        claims=held.claims,
    )
    note = _fault(answer, pick, options)
    return Picked(None if note else pick, note, held.struck, held.struck_count)


def is_like_a_command(text: str) -> bool:
    """Return whether a text could be meant to be carried out, also written with look-alike letters."""
    return bool(_COMMAND.search(unicodedata.normalize("NFKC", text)))


def _fault(answer: PlannerAnswer, pick: Pick, options: Sequence[Option]) -> str:
    """Return why an answer cannot be used; nothing where it can."""
    said = (answer.reason, *(item.name for item in answer.arguments))
    if len(pick.numbers) < len(answer.arguments):
        return "it filled an argument twice, or too many"
    misfit = choices.misfit(options, pick)
    if misfit:
        return misfit
    if any(is_like_a_command(text[: 4 * MAX_REASON]) for text in said):
        return "its reason reads like a command"
    if choices.is_otherwise(options, pick) and not pick.claims:
        return "it would do otherwise than the rules, and no claim for that holds"
    return ""
