"""Deployments, their statuses, and releases."""

from infrastructure.lab.forge.forge import Forge
from infrastructure.lab.forge.shapes.common import Shape, account, node_id, time
from infrastructure.lab.forge.store import Document

ENVIRONMENT = "production"


def deployment(forge: Forge, kept: Document) -> Shape:
    """Return a deployment of a commit."""
    number = kept["number"]
    url = f"{forge.api}/deployments/{number}"
    return {
        "id": number,
        "node_id": node_id("Deployment", number),
        "url": url,
        "sha": kept["sha"],
        "ref": kept["ref"],
        "task": "deploy",
        "payload": {"services": kept["services"], "images": kept.get("images", {})},
        "original_environment": ENVIRONMENT,
        "environment": ENVIRONMENT,
        "description": f"Roll out {', '.join(kept['services'])}" if kept["services"] else None,
        "creator": account(forge, f"{forge.owner}-deployer[bot]"),
        "created_at": time(kept["at_s"]),
        "updated_at": time(kept["at_s"]),
        "statuses_url": f"{url}/statuses",
        "repository_url": forge.api,
        "transient_environment": False,
        "production_environment": True,
    }


def status(forge: Forge, kept: Document) -> Shape:
    """Return what became of a deployment, at a time."""
    number, of = kept["number"], f"{forge.api}/deployments/{kept['deployment']}"
    return {
        "id": number,
        "node_id": node_id("DeploymentStatus", number),
        "url": f"{of}/statuses/{number}",
        "state": kept["state"],
        "creator": account(forge, f"{forge.owner}-deployer[bot]"),
        "description": kept["text"],
        "environment": ENVIRONMENT,
        "environment_url": "",
        "target_url": "",
        "log_url": "",
        "created_at": time(kept["at_s"]),
        "updated_at": time(kept["at_s"]),
        "deployment_url": of,
        "repository_url": forge.api,
    }


def release(forge: Forge, kept: Document) -> Shape:
    """Return a release."""
    number, tag = kept["number"], kept["tag"]
    url = f"{forge.api}/releases/{number}"
    return {
        "id": number,
        "node_id": node_id("Release", number),
        "url": url,
        "html_url": f"{forge.html}/releases/tag/{tag}",
        "assets_url": f"{url}/assets",
        "upload_url": f"{url}/assets{{?name,label}}",
        "tarball_url": f"{forge.api}/tarball/{tag}",
        "zipball_url": f"{forge.api}/zipball/{tag}",
        "tag_name": tag,
        "target_commitish": kept["sha"],
        "name": tag,
        "body": None,
        "draft": False,
        "prerelease": False,
        "immutable": False,
        "created_at": time(kept["at_s"]),
        "published_at": time(kept["at_s"]),
        "updated_at": time(kept["at_s"]),
        "author": account(forge, kept["author"]),
        "assets": [],
    }
