"""What only the lab itself asks: have the declared state back, and have callers run short of requests."""

import time

from infrastructure.lab.forge import branches, deployer, pulls
from infrastructure.lab.forge.access import Right
from infrastructure.lab.forge.calls import Answer, Call, Door
from infrastructure.lab.forge.errors import invalid
from infrastructure.lab.forge.forge import MAIN
from infrastructure.lab.forge.git import BRANCHES, TAGS
from infrastructure.lab.world import Variant


def _restore(call: Call) -> Answer:
    """Have main be the first release again, as if nothing had come since; nothing is deployed for it.

    Requests that are open are closed: what they would change is not there any more. No commit says
    that it takes anything back: nobody of the story did, and it would pass for somebody's change.
    """
    forge, git = call.forge, call.forge.git
    with forge.writing:
        for request in pulls.requests(forge):
            if request["state"] == "open":
                facts = {"state": "closed", "closed_at_s": time.time()}
                forge.store.change(pulls.KIND, request["number"], **facts)
        release = git.text("rev-parse", f"{TAGS}{forge.world.tag(Variant.STEADY)}^{{commit}}")
        head = forge.head
        if head != release:
            deployer.mark_applied(forge, release)
            branches.move(forge, BRANCHES + MAIN, release, head, forge.people[0].login)
    return Answer({"sha": forge.head})


def _limit(call: Call) -> Answer:
    """Set `limit` (requests an hour), `remaining` and `pause_s`, as far as given."""
    told = {name: call.body.get(name) for name in ("limit", "remaining", "pause_s")}
    for name, value in told.items():
        if value is not None and (not isinstance(value, int) or value < 0):
            raise invalid("Limits", name, "invalid")
    call.forge.limits.set(**told)
    return Answer(call.forge.limits.told(call.caller.token))


DOORS = (
    Door("POST", "//lab/restore", Right.ADMIN, _restore),
    Door("PUT", "//lab/limits", Right.ADMIN, _limit),
)
