"""What is remembered of servers' health."""

from backend.clock import SystemClock
from backend.clusters.health import Nurse
from backend.db.tenancy import Tenant
from sre_agent.tools.endpoint import Endpoint

TENANT = Tenant("default", "east")


async def test_servers_that_a_cluster_has_no_more_are_forgotten() -> None:
    nurse = Nurse(SystemClock())
    for path in ("old", "new", "newest"):
        server = Endpoint(f"http://127.0.0.1:9/{path}", "r" * 20)
        await nurse.examine(TENANT, {"kubernetes": server})

    assert list(nurse._since) == [(TENANT, "kubernetes", "http://127.0.0.1:9/newest")]
