"""Read what one shop service is told by its image and its pod."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Call:
    """One request that this service makes to another while it serves its own."""

    peer: str
    address: str
    path: str


@dataclass(frozen=True)
class Settings:
    """Everything the service knows when it starts."""

    name: str
    version: str
    variant: str
    host: str
    port: int
    metrics_port: int
    route: str
    calls: tuple[Call, ...]
    timeout_s: float
    environment: Mapping[str, str]
    resource: Mapping[str, str]
    """What is said of this pod with every span."""
    traces_endpoint: str | None
    flags_url: str | None
    """Where the feature flags of this service are told; without it all are off."""
    traces_share: float
    """Of the requests that begin here, how many spans are sent of, from 0 to 1."""


class SettingsError(ValueError):
    """A variable that the service needs is missing or malformed."""


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Args:
        environ: the variables; those of the process by default.

    Raises:
        SettingsError: naming the variable that is missing or malformed.
    """
    values = dict(os.environ if environ is None else environ)
    return Settings(
        name=_required(values, "SERVICE_NAME"),
        version=_required(values, "SERVICE_VERSION"),
        variant=values.get("SERVICE_VARIANT", "steady"),
        host=values.get("POD_IP", "127.0.0.1"),
        port=int(values.get("PORT", "8080")),
        metrics_port=int(values.get("METRICS_PORT", "9100")),
        route=_required(values, "SERVICE_ROUTE"),
        calls=_calls(values),
        timeout_s=float(values.get("CALL_TIMEOUT_SECONDS", "5")),
        environment=values,
        resource=_resource(values),
        traces_endpoint=values.get("OTEL_EXPORTER_OTLP_ENDPOINT") or None,
        flags_url=values.get("FLAGS_URL") or None,
        traces_share=float(values.get("OTEL_TRACES_SAMPLER_ARG", "1")),
    )


def _resource(values: Mapping[str, str]) -> dict[str, str]:
    """Return what OTEL_RESOURCE_ATTRIBUTES (`a=b,c=d`), the service and the pod say of themselves."""
    told = (entry.partition("=") for entry in values.get("OTEL_RESOURCE_ATTRIBUTES", "").split(","))
    return {
        **{name: value for name, _, value in told if name and value},
        "service.name": values.get("SERVICE_NAME", ""),
        "service.version": values.get("SERVICE_VERSION", ""),
        "k8s.pod.name": values.get("HOSTNAME", ""),
    }


def _required(values: Mapping[str, str], name: str) -> str:
    value = values.get(name, "")
    if not value:
        raise SettingsError(f"missing required environment variable {name}")
    return value


def _calls(values: Mapping[str, str]) -> tuple[Call, ...]:
    """Pair each route this service calls with the address the pod gives for it.

    The image says which routes (`PAYMENTS_ADDR=/charge,...`); the pod says where they are.
    """
    calls = []
    for entry in filter(None, values.get("SERVICE_CALLS", "").split(",")):
        variable, _, path = entry.partition("=")
        address = _required(values, variable)
        calls.append(Call(peer=address.partition(":")[0], address=address, path=path))
    return tuple(calls)


def resolve(address: str, environment: Mapping[str, str]) -> tuple[str, int]:
    """Turn `payments:8080` into an address that can be dialled.

    The lab has no DNS, so a bare name is looked up in the `<NAME>_SERVICE_HOST` and `_PORT`
    variables that every pod gets for the services of its namespace.

    Raises:
        LookupError: when no service of that name was there when the pod started.
    """
    host, _, port = address.partition(":")
    if host.replace(".", "").isdigit():
        return host, int(port)
    prefix = host.upper().replace("-", "_")
    found = environment.get(f"{prefix}_SERVICE_HOST")
    if not found:
        raise LookupError(f"lookup {host}: no such host")
    return found, int(environment.get(f"{prefix}_SERVICE_PORT", port))
