"""Commands about clusters: which there are, connecting one, how it is, letting go of it."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
import yaml
from rich.table import Table

from backend.cli.client import Client
from backend.cli.moments import second
from backend.cli.plain import escape
from backend.cli.session import client, console
from sre_agent.domain import yaml_bounds, yaml_text
from sre_agent.domain.errors import PermanentError

clusters = typer.Typer(help="The clusters that are watched.", no_args_is_help=True)

_Id = Annotated[str, typer.Argument(help="The cluster's id.")]


@clusters.command("list")
def list_clusters() -> None:
    """List the clusters, the installation's own first."""
    table = Table(box=None, pad_edge=False)
    for name in ("cluster", "status", "systems", "open incidents", "last alert"):
        table.add_column(name, overflow="fold")
    for row in client().get("/api/v1/clusters")["clusters"]:
        systems = ", ".join(item["system"] for item in row["endpoints"])
        cells = (row["id"], row["status"], systems, str(row["open_incidents"]))
        table.add_row(*map(escape, cells), _last(row))
    console.print(table)


@clusters.command()
def connect(
    cluster: _Id,
    file: Annotated[
        Path,
        typer.Argument(
            help="YAML or JSON: for each of kubernetes, prometheus, loki, jaeger, runbooks its url and "
            "read_token, and for kubernetes a write_token."
        ),
    ],
) -> None:
    """Connect a cluster whose MCP servers run; they are checked before anything is stored."""
    api = client()
    answer = api.post("/api/v1/clusters", {"id": cluster, "endpoints": _endpoints(file)})
    for check in answer["checks"]:
        ways = "reads and writes" if check["can_write"] else "reads"
        console.print(f"[green]ok[/]  {escape(check['system']):<12} {check['tools']} tools, {ways}")
    _tell_webhook(api, answer)


@clusters.command()
def health(cluster: _Id) -> None:
    """Ask every server of a cluster now."""
    answer = client().get(f"/api/v1/clusters/{quote(cluster, safe='')}/health")
    for item in answer["endpoints"]:
        colour = "green" if item["status"] == "ok" else "red"
        console.print(
            f"[{colour}]{item['status']:<12}[/] {escape(item['system']):<12} "
            f"{item['latency_ms']:>8} ms  since {_since(item)}  {escape(item['detail'])}",
            soft_wrap=True,
        )
    console.print(f"the last alert came {_last(answer)}")
    if not answer["ok"]:
        raise typer.Exit(1)


@clusters.command()
def disconnect(
    cluster: _Id,
    reason: Annotated[str, typer.Option(help="Why; it is kept.", prompt=True)],
) -> None:
    """Disconnect a cluster: its tokens are void at once, its incidents and history stay."""
    client().delete(f"/api/v1/clusters/{quote(cluster, safe='')}", reason=reason)
    console.print(f"{escape(cluster)} is disconnected")


def _endpoints(file: Path) -> dict[str, Any]:
    try:
        found = yaml_text.read(file.read_text(encoding="utf-8"))
    except yaml_bounds.BeyondBoundsError as error:
        raise PermanentError(f"{file} cannot be read: {yaml_text.told(error)}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        # What a parser says of the place may quote the line, and that may hold a token.
        raise PermanentError(f"{file} cannot be read: {type(error).__name__}") from None
    if isinstance(found, dict) and isinstance(found.get("endpoints"), dict):
        found = found["endpoints"]
    if not isinstance(found, dict):
        raise PermanentError(f"{file} names no servers: docs/clusters.md shows how it is written")
    return found


def _tell_webhook(api: Client, answer: dict[str, Any]) -> None:
    console.print("\nFor its Alertmanager; the token is shown this once:\n")
    snippet = (
        "receivers:\n"
        "- name: sre-agent\n"
        "  webhook_configs:\n"
        f"  - url: {api.url}{answer['webhook_path']}\n"
        "    send_resolved: true\n"
        "    http_config:\n"
        f"      authorization: {{credentials: {answer['webhook_token']}}}"
    )
    console.print(escape(snippet), soft_wrap=True)


def _last(row: dict[str, Any]) -> str:
    return second(row["last_alert_at"]) if row["last_alert_at"] else "never"


def _since(item: dict[str, Any]) -> str:
    return second(item["since"]) if item["since"] else "never"
