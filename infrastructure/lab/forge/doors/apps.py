"""What an App asks with a token it signed itself: where it is installed, and tokens of there."""

from infrastructure.lab.forge import apps
from infrastructure.lab.forge.access import Right
from infrastructure.lab.forge.calls import Answer, Call, Door
from infrastructure.lab.forge.errors import missing, unprocessable
from infrastructure.lab.forge.people import account_id
from infrastructure.lab.forge.shapes.common import account, time


def _registered(call: Call) -> Answer:
    """Tell the App's ids and its private key, which GitHub gives out on a page."""
    app = apps.registered(call.forge)
    told = {name: app[name] for name in ("id", "installation_id", "private_key")}
    return Answer(told, 201)


def _installation(call: Call) -> Answer:
    forge, app = call.forge, apps.demand(call.forge, call.authorization)
    number = app["installation_id"]
    return Answer(
        {
            "id": number,
            "account": account(forge, forge.owner),
            "repository_selection": "selected",
            "access_tokens_url": f"{forge.url}/api/v3/app/installations/{number}/access_tokens",
            "repositories_url": f"{forge.url}/api/v3/installation/repositories",
            "html_url": f"{forge.url}/organizations/{forge.owner}/settings/installations/{number}",
            "app_id": app["id"],
            "app_slug": apps.NAME,
            "target_id": account_id(forge.owner),
            "target_type": "Organization",
            "permissions": dict(apps.PERMISSIONS),
            "events": [],
            "created_at": time(app["at_s"]),
            "updated_at": time(app["at_s"]),
            "single_file_name": None,
            "suspended_by": None,
            "suspended_at": None,
        }
    )


def _token(call: Call) -> Answer:
    app = apps.demand(call.forge, call.authorization)
    if int(call.path["number"]) != app["installation_id"]:
        raise missing()
    asked = call.body.get("permissions")
    names = call.body.get("repositories", [call.forge.name])
    if names != [call.forge.name] or not isinstance(asked, dict | None):
        raise unprocessable("There is at least one repository that does not exist.")
    kept = apps.token(call.forge, asked)
    return Answer(
        {
            "token": kept["token"],
            "expires_at": time(kept["expires_at_s"]),
            "permissions": kept["permissions"],
            "repository_selection": "selected",
        },
        201,
    )


DOORS = (
    Door("POST", "//lab/app", Right.ADMIN, _registered),
    Door("GET", "/installation", Right.NONE, _installation, is_of_app=True),
    Door(
        "POST", "//app/installations/{number:int}/access_tokens", Right.NONE, _token, is_of_app=True
    ),
)
