"""The images of a world: which command and which environment each repository and tag means."""

from pathlib import Path

from infrastructure.lab.world import CALLS, ROUTES, Role, Variant, World

PROGRAM = Path(__file__).resolve().parent / "shop"


def catalogue(world: World) -> dict[str, object]:
    """Return the image catalogue as the node reads it."""
    return {"images": {world.image(role): _image(world, role) for role in Role}}


def _image(world: World, role: Role) -> dict[str, object]:
    return {
        "command": ["{python}", "-I", "-S", str(PROGRAM)],
        "tags": {world.tag(variant): {"env": _env(world, role, variant)} for variant in Variant},
    }


def _env(world: World, role: Role, variant: Variant) -> dict[str, str]:
    calls = [f"{world.address_variable(peer)}={ROUTES[peer]}" for peer in CALLS[role]]
    return {
        "SERVICE_NAME": world.services[role],
        "SERVICE_VERSION": world.tag(variant),
        "SERVICE_VARIANT": str(variant),
        "SERVICE_ROUTE": ROUTES[role],
        "SERVICE_CALLS": ",".join(calls),
    }
