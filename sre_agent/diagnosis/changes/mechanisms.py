"""All that a diff can break.

Each kind of harm looks at what is gone and new for good, so that moving code about matches none.
"""

from functools import lru_cache

from sre_agent.diagnosis.changes import harm_in_code, harm_in_settings, patch, sides
from sre_agent.diagnosis.changes.harm import Harm
from sre_agent.diagnosis.changes.patch import READ_KEPT
from sre_agent.diagnosis.changes.symptoms import Symptom

KINDS = (*harm_in_code.KINDS, *harm_in_settings.KINDS)
_STRUCTURAL = frozenset(
    {
        "a guard against what is absent is gone",
        "a lock is gone",
        "what is opened is closed no more",
        "each element is asked for on its own",
    }
)


_ANOTHER_SECRET = Harm(
    "a secret is another, which one is not shown",
    {Symptom.AUTH: 0.75, Symptom.CERTIFICATE: 0.3, Symptom.START: 0.3},
)


@lru_cache(maxsize=READ_KEPT)
def harms(diff: str) -> tuple[Harm, ...]:
    """Return the kinds of change that a unified diff makes."""
    read = patch.read(diff)
    found = (
        Harm(name, leads_to, name in _STRUCTURAL)
        for name, applies, leads_to in KINDS
        if applies(read)
    )
    hidden = (_ANOTHER_SECRET,) if sides.has_another_secret(diff) else ()
    return (*found, *hidden)
