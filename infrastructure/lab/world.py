"""The world of one seed: how everything is called, and where each fault strikes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from infrastructure.lab import seed as names

NATURAL_SEED = 1


class Role(StrEnum):
    """What a service does in the shop, whatever it is called."""

    FRONTEND = "frontend"
    CHECKOUT = "checkout"
    PAYMENTS = "payments"
    INVENTORY = "inventory"
    DATASTORE = "datastore"


class Variant(StrEnum):
    """A release of a service; the order of the variants is that of their tags."""

    STEADY = "steady"
    PARTIAL_RATES = "partial-rates"
    REQUIRED_KEY = "required-key"
    SYNCHRONOUS_CHECK = "synchronous-check"
    ENDLESS_HISTORY = "endless-history"


CALLS: Mapping[Role, tuple[Role, ...]] = {
    Role.FRONTEND: (Role.CHECKOUT,),
    Role.CHECKOUT: (Role.PAYMENTS, Role.INVENTORY),
    Role.PAYMENTS: (Role.DATASTORE,),
    Role.INVENTORY: (Role.DATASTORE,),
    Role.DATASTORE: (),
}

ROUTES: Mapping[Role, str] = {
    Role.FRONTEND: "/buy",
    Role.CHECKOUT: "/orders",
    Role.PAYMENTS: "/charge",
    Role.INVENTORY: "/reserve",
    Role.DATASTORE: "/put",
}

TARGETS: Mapping[str, tuple[tuple[Role, ...], ...]] = {
    "bad-release": ((Role.CHECKOUT,), (Role.PAYMENTS,), (Role.INVENTORY,)),
    "crash-loop": ((Role.PAYMENTS,), (Role.INVENTORY,), (Role.CHECKOUT,)),
    "oom": ((Role.INVENTORY,), (Role.CHECKOUT,), (Role.PAYMENTS,)),
    "dependency-down": ((Role.DATASTORE,), (Role.INVENTORY,), (Role.PAYMENTS,)),
    "slow-dependency": ((Role.PAYMENTS,), (Role.DATASTORE,), (Role.INVENTORY,)),
    "false-alarm": ((Role.FRONTEND,), (Role.CHECKOUT,), (Role.PAYMENTS, Role.INVENTORY)),
    "two-at-once": (
        (Role.PAYMENTS, Role.INVENTORY),
        (Role.INVENTORY, Role.PAYMENTS),
        (Role.CHECKOUT, Role.INVENTORY),
    ),
    "quota": ((Role.PAYMENTS,), (Role.CHECKOUT,), (Role.INVENTORY,)),
    "selector-mismatch": ((Role.INVENTORY,), (Role.CHECKOUT,), (Role.DATASTORE,)),
    "bad-probe": ((Role.FRONTEND,), (Role.INVENTORY,), (Role.CHECKOUT,)),
    "image-typo": ((Role.CHECKOUT,), (Role.PAYMENTS,), (Role.FRONTEND,)),
    "memory-leak": ((Role.PAYMENTS,), (Role.INVENTORY,), (Role.CHECKOUT,)),
    "bad-commit": (
        (Role.CHECKOUT, Role.INVENTORY),
        (Role.PAYMENTS, Role.FRONTEND),
        (Role.INVENTORY, Role.PAYMENTS),
    ),
    "bad-config-commit": (
        (Role.PAYMENTS, Role.CHECKOUT),
        (Role.CHECKOUT, Role.INVENTORY),
        (Role.INVENTORY, Role.FRONTEND),
    ),
    "bad-flag": (
        (Role.INVENTORY, Role.CHECKOUT),
        (Role.CHECKOUT, Role.PAYMENTS),
        (Role.PAYMENTS, Role.INVENTORY),
    ),
    "innocent-deploy": (
        (Role.DATASTORE, Role.PAYMENTS),
        (Role.INVENTORY, Role.CHECKOUT),
        (Role.PAYMENTS, Role.CHECKOUT),
    ),
}
"""For each fault the roles it strikes, seed by seed, over and over."""


@dataclass(frozen=True)
class World:
    """Every name of one lab."""

    seed: int
    namespace: str
    team: str
    registry: str
    services: Mapping[Role, str]

    def image(self, role: Role) -> str:
        """Return the repository of a role's image, without a tag."""
        return f"{self.registry}/{self.services[role]}"

    def tag(self, variant: Variant) -> str:
        """Return the tag under which a variant was released."""
        number = list(Variant).index(variant) + 1
        if self.seed == NATURAL_SEED:
            return f"v{number}"
        return f"{1 + self.seed % 7}.{self.seed % 11 + number}.0"

    def mistyped_tag(self, variant: Variant) -> str:
        """Return the tag of a variant with its last character typed twice: nobody pushed that."""
        tag = self.tag(variant)
        return tag + tag[-1]

    def address_variable(self, role: Role) -> str:
        """Return the variable in which callers find the address of a role."""
        return self.services[role].upper().replace("-", "_") + "_ADDR"

    def struck(self, fault: str) -> tuple[Role, ...]:
        """Return the roles a fault strikes in this world."""
        choices = TARGETS[fault]
        return choices[(self.seed - NATURAL_SEED) % len(choices)]


def make(seed: int) -> World:
    """Make the world of a seed; seed 1 has the natural names."""
    if seed == NATURAL_SEED:
        services = {role: str(role) for role in Role}
        return World(seed, "shop", "storefront", "lab", services)
    drawn = names.nouns(seed, len(Role))
    return World(
        seed=seed,
        namespace=f"{names.pick(seed, 1, names.ADJECTIVES)}-{names.pick(seed, 1, names.NOUNS)}",
        team=f"team-{names.pick(seed, 2, names.ADJECTIVES)}",
        registry=f"{names.pick(seed, 3, names.ADJECTIVES)}-works",
        services=dict(zip(Role, drawn, strict=True)),
    )
