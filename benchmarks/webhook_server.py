"""The API alone, as `benchmarks.webhook` starts it: `python -m benchmarks.webhook_server URL SOCKET TOKEN`."""

import sys

from pydantic import SecretStr

from backend import collecting
from backend.api.app import create_app
from backend.bootstrap import serving
from backend.db.engine import create_engine
from backend.settings.api import ApiSettings


def main() -> None:
    """Serve on a Unix socket until terminated."""
    database_url, socket_path, token = sys.argv[1:]
    settings = ApiSettings(
        database_url=database_url,
        webhook_token=SecretStr(token),
        api_tokens=SecretStr(f"bench:viewer:{token}"),
    )
    app = create_app(settings, create_engine(database_url))
    collecting.spare_collector()
    serving.serve(app, live_max=settings.live_connections_max, uds=socket_path)


if __name__ == "__main__":
    main()
