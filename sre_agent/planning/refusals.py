"""What a person does about a write to a repository that was refused, by the code of the refusal."""

from collections.abc import Mapping

from sre_agent.planning.commits import SERVER

_ADVICE: Mapping[str, str] = {
    "revert_conflict": (
        "A conflict is never forced: have those who are named decide how the files are to be, and take "
        "the change back by hand"
    ),
    "merge_of_branch": (
        "Nothing was taken back. Find out which of the commits did it, and take that one back, or have "
        "those who made the merge do it"
    ),
    "head_moved": (
        "Somebody put something else on the branch: nothing was merged. Look at what stands there now, "
        "and merge it by hand or close the pull request"
    ),
    "state_changed": (
        "Later work touches the same files: look whether the change is still to be taken back, and have "
        "the incident looked at again"
    ),
    "checks_failed": (
        "The pull request stays open and nothing was merged: see why its checks fail, and merge it by "
        "hand once they are green"
    ),
    "checks_pending": (
        "The pull request stays open and nothing was merged: see why its checks are not done, and merge "
        "it by hand once they are green"
    ),
    "not_mergeable": (
        "The pull request stays open: see on its page what the branch's protection asks for, and merge "
        "it by hand"
    ),
    "forbidden": (
        "Let whoever runs this platform give its writing credential what it lacks (Contents, Pull "
        "requests, Issues: write, for this repository), or take the change back by hand"
    ),
    "rate_limited": (
        "GitHub takes no more requests until then: do it by hand, or have the incident looked at again "
        "after that"
    ),
    "moved": (
        "Nothing was written by this: put the setting right that is named, and have the incident looked "
        "at again, or take the change back by hand where the repository is now"
    ),
    "branch_taken": "A branch of that name is somebody else's: it was left as it is",
}


def advice(server: str, code: str) -> str:
    """Return what a person does now, as further sentences; an empty text where nothing is special."""
    found = _ADVICE.get(code, "") if server == SERVER else ""
    return f". {found}" if found else ""
