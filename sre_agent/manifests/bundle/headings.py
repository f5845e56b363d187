"""Which kind of object a table of `kubectl get` lists, by its headings."""

from collections.abc import Iterator

from sre_agent.manifests.kubectl import kind_of

_SIGNS: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (kind, frozenset(headings.split(", ")))
    for kind, headings in (
        ("Event", "TYPE, REASON, OBJECT, MESSAGE"),
        ("Node", "STATUS, ROLES, VERSION"),
        ("DaemonSet", "DESIRED, UP-TO-DATE, AVAILABLE"),
        ("Deployment", "UP-TO-DATE, AVAILABLE"),
        ("ReplicaSet", "DESIRED, CURRENT, READY"),
        ("Pod", "READY, STATUS, RESTARTS"),
        ("Service", "TYPE, CLUSTER-IP"),
        ("Endpoints", "ENDPOINTS, AGE"),
        ("PersistentVolume", "RECLAIM POLICY, CLAIM"),
        ("PersistentVolumeClaim", "STATUS, VOLUME, CAPACITY"),
        ("StorageClass", "PROVISIONER"),
        ("Ingress", "CLASS, HOSTS"),
        ("HorizontalPodAutoscaler", "REFERENCE, TARGETS"),
        ("NetworkPolicy", "POD-SELECTOR"),
        ("Job", "COMPLETIONS, DURATION"),
        ("CronJob", "SCHEDULE, SUSPEND"),
        ("Secret", "TYPE, DATA"),
        ("ConfigMap", "DATA, AGE"),
        ("ServiceAccount", "SECRETS, AGE"),
        ("ResourceQuota", "REQUEST, LIMIT"),
        ("RoleBinding", "ROLE, AGE"),
        ("StatefulSet", "READY, AGE"),
    )
)
"""The surer sign first."""
_FIRST = ("NAME", "NAMESPACE", "LAST SEEN")
_GAP = "   "


def sections(text: str) -> Iterator[tuple[str, str, bool]]:
    """Yield each table of a text: its kind, itself, and whether its rows tell their namespace."""
    for part in text.split("\n\n"):
        lines = [line for line in part.split("\n") if line.strip()]
        headings = _headings(lines[0]) if lines else frozenset[str]()
        if not headings:
            continue
        kind = _prefixed(lines[1:]) or _kind(headings)
        if kind:
            yield kind, "\n".join(lines), "NAMESPACE" in headings


def _headings(line: str) -> frozenset[str]:
    """Return the headings of a table, nothing where the line is none of headings."""
    cells = [cell.strip() for cell in line.split(_GAP) if cell.strip()]
    is_heading = len(cells) > 1 and cells[0] in _FIRST and line.upper() == line
    return frozenset(cells) if is_heading else frozenset()


def _kind(headings: frozenset[str]) -> str | None:
    return next((kind for kind, signs in _SIGNS if signs <= headings), None)


def _prefixed(rows: list[str]) -> str | None:
    """Return the kind that names are written with, as in `pod/web-1`."""
    word, slash, _ = rows[0].split()[0].partition("/") if rows else ("", "", "")
    return kind_of(word) if slash else None
