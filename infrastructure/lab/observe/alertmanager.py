"""Write the configuration of Alertmanager and the command that runs it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Webhook:
    """Whom Alertmanager tells: a URL, and the file that holds its bearer token."""

    url: str
    token_file: Path | None = None


def config(webhook: Webhook | None) -> str:
    """Return `alertmanager.yml`; without a webhook alerts are shown and told to nobody."""
    listener = "nobody" if webhook is None else "webhook"
    document = {
        "route": {
            "receiver": listener,
            "group_by": ["namespace", "alertname"],
            "group_wait": "0s",
            "group_interval": "2s",
            "repeat_interval": "1m",
        },
        "receivers": [{"name": "nobody"}, *([] if webhook is None else [_receiver(webhook)])],
    }
    return yaml.safe_dump(document, sort_keys=False)


def command(program: Path, folder: Path, address: str) -> list[str]:
    """Return the command that runs Alertmanager alone, without gossip."""
    return [
        str(program),
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'data'}",
        "--data.retention=6h",
        "--cluster.listen-address=",
        f"--web.listen-address={address}",
        f"--web.external-url=http://{address}",
        "--log.level=warn",
    ]


def _receiver(webhook: Webhook) -> dict[str, Any]:
    settings: dict[str, Any] = {"url": webhook.url, "send_resolved": True}
    if webhook.token_file is not None:
        token_file = str(webhook.token_file.resolve())
        settings["http_config"] = {"authorization": {"credentials_file": token_file}}
    return {"name": "webhook", "webhook_configs": [settings]}
