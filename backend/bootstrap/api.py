"""The API: from settings to the application, and the program that serves it."""

from fastapi import FastAPI

from backend.api.app import create_app
from backend.bootstrap import program, serving
from backend.db.engine import create_engine
from backend.settings import ApiSettings
from sre_agent.config import loader
from sre_agent.domain.errors import PermanentError


def create_api(settings: ApiSettings) -> FastAPI:
    """Return the API's application with its own database connections."""
    engine = create_engine(settings.database_url)

    async def policy_loads() -> None:
        allowlist = loader.load_allow_list(settings.agent_config)
        policy = loader.load_policy(allowlist, settings.policy_dir)
        if policy.fault is not None:
            raise PermanentError(policy.fault)

    return create_app(settings, engine, checks={"policy": policy_loads})


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
