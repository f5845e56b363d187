"""The files of the shop's repository: the program the pods run, and the manifests of what runs."""

from pathlib import Path

import yaml

from infrastructure.lab import manifests
from infrastructure.lab.forge.people import team
from infrastructure.lab.shop.pricing import BULK_DISCOUNTS
from infrastructure.lab.world import Role, World

SHOP = Path(__file__).resolve().parents[1] / "shop"
PACKAGE = "infrastructure.lab.shop"
LIBRARY = "common"
"""The folder of what all services share."""
SERVICES = "services"
DEPLOY = "deploy"
FLAGS = "flags.yaml"

SHARED = (
    "dependency",
    "flags",
    "metrics",
    "procfs",
    "program",
    "records",
    "service",
    "settings",
    "tracing",
    "wire",
)
"""The modules of the shop that are the same in all services."""

_MAIN = '''"""Serve orders as {name}."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # Python puts this folder on the path; in isolated mode nothing else leads to the packages.
    sys.path[0] = str(Path(__file__).resolve().parents[2])

    from common import program
    from services.{name} import orders

    sys.exit(program.main(orders.worker))
'''

_ORDERS = '''"""What {name} does with an order."""

from common.flags import Flags
from common.settings import Settings
from services.{name}.pricing import RATES, price


class Worker:
    """Prices orders."""

    def __init__(self, flags: Flags) -> None:
        """Take who knows which features are switched on."""
        self._flags = flags

    def take(self, order: int) -> dict[str, object]:
        """Price an order."""
        return price(order, RATES, self._flags.is_on)


def worker(_: Settings, flags: Flags) -> Worker:
    """Return who does the work."""
    return Worker(flags)
'''

_README = """# {repository}

What team {team} runs in the namespace `{namespace}`.

- `{library}/`: what all services share
- `{services}/NAME/`: what one service does
- `{deploy}/NAME.yaml`: how it runs; what is on main is rolled out
- `{flags}`: which features are switched on; services ask every other second
"""


def all_files(world: World) -> dict[str, str]:
    """Return every file of the repository as it is when the lab starts, by path."""
    names = world.services.values()
    return {
        "README.md": _readme(world),
        ".github/CODEOWNERS": owners(world),
        f"{SERVICES}/__init__.py": '"""The services."""\n',
        FLAGS: flags(world),
        **library(),
        **{path: text for name in names for path, text in service(name).items()},
        f"{DEPLOY}/namespace.yaml": _yaml(manifests.namespace(world)),
        **{manifest_path(world, role): manifest(world, role) for role in Role},
    }


def library() -> dict[str, str]:
    """Return what the services share: the modules of the shop under another name."""
    return {
        f"{LIBRARY}/__init__.py": '"""What all services share."""\n',
        **{f"{LIBRARY}/{name}.py": _moved(f"{name}.py") for name in SHARED},
    }


def service(name: str) -> dict[str, str]:
    """Return the code of one service."""
    return {
        f"{SERVICES}/{name}/__init__.py": f'"""The service {name}."""\n',
        f"{SERVICES}/{name}/__main__.py": _MAIN.format(name=name),
        f"{SERVICES}/{name}/orders.py": _ORDERS.format(name=name),
        pricing_path(name): _moved("pricing.py"),
    }


def pricing_path(name: str) -> str:
    """Return where a service's prices are made."""
    return f"{SERVICES}/{name}/pricing.py"


def manifest_path(world: World, role: Role) -> str:
    """Return where it is declared how a service runs."""
    return f"{DEPLOY}/{world.services[role]}.yaml"


def manifest(world: World, role: Role) -> str:
    """Return how a service runs: its Service and its Deployment."""
    service_of_role = next(
        each
        for each in manifests.services(world)
        if each["metadata"]["name"] == world.services[role]
    )
    return _yaml(service_of_role, manifests.deployment(world, role))


def flags(world: World, **switched: bool) -> str:
    """Return the flags of all services, off but for the services that are named."""
    told = {name: {BULK_DISCOUNTS: switched.get(name, False)} for name in world.services.values()}
    return _yaml(told)


def owners(world: World) -> str:
    """Return who answers for which path."""
    people = team(world.seed)
    lines = [
        f"* @{people[0].login}",
        f"/{LIBRARY}/ @{people[1].login}",
        f"/{DEPLOY}/ @{people[0].login} @{people[2].login}",
    ]
    for number, name in enumerate(world.services.values()):
        owner = people[(number + 1) % len(people)].login
        lines += [f"/{SERVICES}/{name}/ @{owner}", f"/{DEPLOY}/{name}.yaml @{owner}"]
    return "\n".join(lines) + "\n"


def _readme(world: World) -> str:
    return _README.format(
        repository=world.namespace,
        team=world.team,
        namespace=world.namespace,
        library=LIBRARY,
        services=SERVICES,
        deploy=DEPLOY,
        flags=FLAGS,
    )


def _moved(name: str) -> str:
    return (SHOP / name).read_text(encoding="utf-8").replace(PACKAGE, LIBRARY)


def _yaml(*documents: object) -> str:
    text: str = yaml.dump_all(documents, Dumper=yaml.CSafeDumper, sort_keys=False)
    return text
