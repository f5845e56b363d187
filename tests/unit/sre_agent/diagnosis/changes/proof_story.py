"""A commit of which it is asked whether something proves that it did no harm."""

from changes_told import commit

from sre_agent.diagnosis.changes import harmless, innocence
from sre_agent.domain.changes import Commit


def wrote(path: str, diff: str) -> Commit:
    return commit("p", 66, "chore", path, diff)


def is_proven(found: Commit) -> bool:
    judged = innocence.judge(found)
    return bool(harmless.leaves_code(found)) or (judged is not None and judged.is_proven)


def of_file(before: str, after: str, rows: str, at: str = "@@ -1,2 +1,2 @@") -> str:
    return f"--- {before}\n+++ {after}\n{at}\n{rows}"
