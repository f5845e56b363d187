"""The API: from settings to the application, and the program that serves it."""

from fastapi import FastAPI

from backend.api.app import create_app
from backend.api.context import Check
from backend.api.recent import Recent
from backend.bootstrap import program, serving
from backend.db.engine import create_engine
from backend.settings import ApiSettings
from sre_agent.config import permissions
from sre_agent.domain.errors import PermanentError

POLICY_CHECKED_EVERY_S = 5.0
"""How long the answer to whether the policy can be read holds, in seconds."""


def create_api(settings: ApiSettings) -> FastAPI:
    """Return the API's application with its own database connections."""
    engine = create_engine(settings.database_url)
    return create_app(settings, engine, checks={"policy": policy_check(settings)})


def policy_check(settings: ApiSettings, *, lifetime_s: float = POLICY_CHECKED_EVERY_S) -> Check:
    """Return the check that the policy can be read; what it found holds for `lifetime_s` seconds."""
    recent = Recent(lifetime_s)

    async def find_fault() -> str | None:
        try:
            allowlist = permissions.load_allow_list(settings.agent_config)
            return permissions.load_policy(allowlist, settings.policy_dir).fault
        except PermanentError as error:
            return str(error)

    async def policy_loads() -> None:
        # Anybody may ask whether we are ready, and compiling the rules takes some 20 ms.
        fault = await recent.recall("policy", find_fault)
        if fault is not None:
            raise PermanentError(fault)

    return policy_loads


def main() -> None:
    """Serve the API and the webhook until terminated."""
    program.log_as_json()
    settings = ApiSettings.load()
    app = create_api(settings)
    program.spare_collector()
    live_max = settings.live_connections_max
    serving.serve(app, live_max=live_max, host=settings.api_host, port=settings.port)


if __name__ == "__main__":
    program.run(main)
