"""All that a patch can break.

Each kind of harm looks at what is gone and new for good, so that moving code about matches none.
"""

from functools import lru_cache

from sre_agent.diagnosis.changes import harm_in_code, harm_in_settings
from sre_agent.diagnosis.changes.harm import Harm
from sre_agent.diagnosis.changes.patch import READ_KEPT, Patch

KINDS = (*harm_in_code.KINDS, *harm_in_settings.KINDS)
_STRUCTURAL = frozenset(
    {
        "a guard against what is absent is gone",
        "a lock is gone",
        "what is opened is closed no more",
        "each element is asked for on its own",
    }
)


@lru_cache(maxsize=READ_KEPT)
def harms(patch: Patch) -> tuple[Harm, ...]:
    """Return the kinds of change that a patch makes."""
    return tuple(
        Harm(name, leads_to, name in _STRUCTURAL)
        for name, applies, leads_to in KINDS
        if applies(patch)
    )
