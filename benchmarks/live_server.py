"""The API alone, as `benchmarks.live` starts it: `python -m benchmarks.live_server URL PORT TOKEN`."""

import sys

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from backend import collecting
from backend.api.app import create_app
from backend.bootstrap import serving
from backend.db.engine import create_engine
from backend.settings.api import ApiSettings

# Each event carries when it was sent off; the page notes when its own text had changed.
_PAGE = """<!doctype html><title>following</title><p id="last"></p><script>
const last = document.getElementById("last"), seen = [];
new MutationObserver(() => {
  const now = performance.timeOrigin + performance.now();
  for (const sent of last.textContent.split(" ")) seen.push(now - Number(sent));
}).observe(last, {childList: true});
const socket = new WebSocket(`ws://${location.host}/ws/incidents/${location.hash.slice(1)}`);
socket.onmessage = ({data}) => {
  const frame = JSON.parse(data);
  if (frame.type === "caught_up") document.title = "caught up";
  if (frame.type === "events")
    last.textContent = frame.events.map(({payload}) => payload.sent_ms).join(" ");
};
</script>"""


def show_page(_: Request) -> Response:
    """Return the page that follows the incident named after the `#`."""
    policy = "default-src 'self'; script-src 'unsafe-inline' 'unsafe-eval'"
    return HTMLResponse(_PAGE, headers={"content-security-policy": policy})


def main() -> None:
    """Serve on loopback until terminated."""
    database_url, port, token = sys.argv[1:]
    settings = ApiSettings(
        database_url=database_url,
        webhook_token=SecretStr(token),
        api_tokens=SecretStr(f"bench:viewer:{token}"),
        live_connections_per_user_max=500,
    )
    app = create_app(settings, create_engine(database_url))
    app.router.routes.insert(0, Route("/following", show_page))
    collecting.spare_collector()
    live_max = settings.live_connections_max
    serving.serve(app, live_max=live_max, host="127.0.0.1", port=int(port))


if __name__ == "__main__":
    main()
