"""The API alone, as `benchmarks.webhook` starts it: `python -m benchmarks.webhook_server URL SOCKET TOKEN`."""

import sys

import uvicorn
from pydantic import SecretStr

from backend.api.app import create_app
from backend.bootstrap import program
from backend.db.engine import create_engine
from backend.settings import ApiSettings


def main() -> None:
    """Serve on a Unix socket until terminated."""
    database_url, socket_path, token = sys.argv[1:]
    settings = ApiSettings(
        database_url=database_url,
        webhook_token=SecretStr(token),
        api_tokens=SecretStr(f"bench:viewer:{token}"),
    )
    app = create_app(settings, create_engine(database_url))
    program.spare_collector()
    uvicorn.run(app, uds=socket_path, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
