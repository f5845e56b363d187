"""Containers as a pod template declares them."""

from mcp_servers.kubernetes.answers import Container, EnvVar
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import count, entries, section, text
from mcp_servers.kubernetes.quantities import resources
from mcp_servers.kubernetes.secrets import clean_arguments, clean_value


def containers(template: Json) -> tuple[Container, ...]:
    """Return the containers of a pod template."""
    return tuple(_container(declared) for declared in entries(template, "spec", "containers"))


def source_of(variable: Json) -> str:
    """Return where a variable's value comes from, such as `secret db/password`."""
    for key, kind in (("secretKeyRef", "secret"), ("configMapKeyRef", "configmap")):
        found = section(variable, "valueFrom", key)
        if found:
            return f"{kind} {text(found, 'name')}/{text(found, 'key')}"
    field = section(variable, "valueFrom", "fieldRef")
    resource = section(variable, "valueFrom", "resourceFieldRef")
    if field:
        return f"field {text(field, 'fieldPath')}"
    return f"resource {text(resource, 'resource')}" if resource else ""


def env_of(declared: Json) -> list[EnvVar]:
    """Return a container's variables, its `envFrom` sources last, under the name `*`."""
    variables = []
    for variable in entries(declared, "env"):
        name, source = text(variable, "name"), source_of(variable)
        value = None if source else clean_value(name, text(variable, "value"))
        variables.append(EnvVar(name=name, value=value, source=source))
    for origin in entries(declared, "envFrom"):
        for key, kind in (("secretRef", "secret"), ("configMapRef", "configmap")):
            if found := section(origin, key):
                variables.append(
                    EnvVar(name="*", value=None, source=f"{kind} {text(found, 'name')}")
                )
    return variables


def _container(declared: Json) -> Container:
    command = [str(part) for part in entries(declared, "command")]
    words = clean_arguments([*command, *(str(part) for part in entries(declared, "args"))])
    return Container(
        name=text(declared, "name"),
        image=text(declared, "image"),
        command=tuple(words[: len(command)]),
        args=tuple(words[len(command) :]),
        env=tuple(env_of(declared)),
        ports=tuple(count(port, "containerPort") for port in entries(declared, "ports")),
        requests=resources(section(declared, "resources", "requests")),
        limits=resources(section(declared, "resources", "limits")),
    )
