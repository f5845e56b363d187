"""The images of a world: which command and which environment each repository and tag means."""

from pathlib import Path

from infrastructure.lab.world import CALLS, ROUTES, Role, Variant, World

PROGRAM = Path(__file__).resolve().parent / "shop"


TRACED_SHARE = 0.2
"""Of the visits to the shop, how many are traced."""


def catalogue(
    world: World, traces_url: str | None = None, flags_url: str | None = None
) -> dict[str, object]:
    """Return the image catalogue as the node reads it.

    Args:
        world: who is called how.
        traces_url: where the programs send their spans; without it they send none.
        flags_url: below it each program asks for its feature flags; without it all are off.
    """
    tracing = _tracing(world, traces_url) if traces_url else {}
    flags = {
        role: {"FLAGS_URL": f"{flags_url}/{world.services[role]}"} if flags_url else {}
        for role in Role
    }
    return {
        "images": {world.image(role): _image(world, role, tracing | flags[role]) for role in Role}
    }


def _image(world: World, role: Role, more: dict[str, str]) -> dict[str, object]:
    return {
        "command": ["{python}", "-I", "-S", str(PROGRAM)],
        "tags": {
            world.tag(variant): {"env": _env(world, role, variant) | more} for variant in Variant
        },
    }


def _tracing(world: World, url: str) -> dict[str, str]:
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": url,
        "OTEL_RESOURCE_ATTRIBUTES": f"k8s.namespace.name={world.namespace}",
        "OTEL_TRACES_SAMPLER_ARG": str(TRACED_SHARE),
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
