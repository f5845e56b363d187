"""Reading Ingresses."""

from collections.abc import Iterator

from sre_agent.domain.cluster.network import Backend, Ingress
from sre_agent.manifests.kubectl.answers import Answers, Described, Key, Listed
from sre_agent.manifests.kubectl.outline import Block, outline


def ingresses(answers: Answers) -> tuple[Ingress, ...]:
    """Return the Ingresses."""
    return tuple(
        _ingress(answers, key, row, description)
        for key, row, description in answers.each("Ingress")
    )


def _ingress(
    answers: Answers, key: Key, row: Listed | None, description: Described | None
) -> Ingress:
    meta = answers.meta("Ingress", key, row, description)
    block = outline(description.text if description else "")
    told = row or Listed({}, meta.source)
    address = block.get("Address") or told.told("ADDRESS")
    return Ingress(
        meta=meta,
        ingress_class=block.get("Ingress Class") or told.told("CLASS"),
        backends=tuple(_backends(block)),
        tls_secrets=tuple(
            line.text.partition(" ")[0] for line in block.find("TLS").blocks if line.text
        ),
        addresses=tuple(part.strip() for part in address.split(",") if part.strip()),
    )


def _backends(block: Block) -> Iterator[Backend]:
    default = block.get("Default backend")
    if default and not default.startswith("<default>"):
        yield _backend(default, "", "")
    for host in block.find("Rules").blocks[2:]:
        name = host.text.partition(" ")[0]
        for line in host.blocks:
            path, _, target = line.text.partition(" ")
            if target:
                yield _backend(target.strip(), "" if name == "*" else name, path)


def _backend(text: str, host: str, path: str) -> Backend:
    """Read `web:80 (172.20.1.4:8080)`."""
    service, _, port = text.partition(" ")[0].partition(":")
    number: int | str | None = int(port) if port.isdigit() else port or None
    return Backend(service=service, port=number, host=host, path=path)
