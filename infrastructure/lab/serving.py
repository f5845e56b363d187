"""Live in a container of its own: in the foreground, reachable from others, told by variables."""

import asyncio

from infrastructure.lab import supervisor
from infrastructure.lab.labdir import LabDir, write_json, write_private
from infrastructure.lab.observe import tools
from infrastructure.lab.observe.alertmanager import Webhook
from infrastructure.lab.parts import ForgeHook
from infrastructure.lab.settings import Served


def serve(lab: LabDir, seed: int, told: Served) -> None:
    """Bring a lab up and keep it until SIGTERM.

    Raises:
        StartError: when a part does not start.
        ToolsError: when Prometheus or Alertmanager cannot be had.
    """
    home = lab.root / "tools"
    home.mkdir(parents=True, exist_ok=True)
    chosen = {"read": told.read_token, "write": told.write_token}
    write_json(lab.tokens, {role: token for role, token in chosen.items() if token})
    programs = tools.provide(home)
    webhook = _webhook(lab, told)
    hook = _forge_hook(lab, told)
    asyncio.run(supervisor.run(lab, seed, programs, webhook, gate_host=told.host, forge_hook=hook))


def _webhook(lab: LabDir, told: Served) -> Webhook | None:
    if told.webhook_url is None:
        return None
    if told.webhook_token is None:
        return Webhook(told.webhook_url)
    file = lab.root / "webhook-token"
    write_private(file, told.webhook_token)
    return Webhook(told.webhook_url, file)


def _forge_hook(lab: LabDir, told: Served) -> ForgeHook | None:
    if told.forge_webhook_url is None:
        return None
    if told.forge_secret is None:
        return ForgeHook(told.forge_webhook_url)
    file = lab.root / "forge-secret"
    write_private(file, told.forge_secret)
    return ForgeHook(told.forge_webhook_url, file)
