"""A store of known entries, and what queries find in it."""

import json
from typing import Any

from infrastructure.lab.logs.engine.logs import Window, read_logs
from infrastructure.lab.logs.engine.matrix import Steps
from infrastructure.lab.logs.engine.metrics import read_metric
from infrastructure.lab.logs.engine.scan import Tally
from infrastructure.lab.logs.logql.parser import parse
from infrastructure.lab.logs.logql.syntax import LogQuery
from infrastructure.lab.logs.store import Bounds, Store

S = 10**9
NOW_NS = 1_000_000 * S
Labelled = dict[tuple[tuple[str, str], ...], Any]


class Lines:
    """A store in which times are seconds before now."""

    def __init__(self) -> None:
        self.store = Store(Bounds(3600 * S, 10_000, 2**24), lambda: NOW_NS)

    def add(self, ago_s: float, line: str | dict[str, Any], /, **labels: str) -> None:
        level = labels.pop("detected_level", None)
        text = line if isinstance(line, str) else json.dumps(line)
        metadata = (("detected_level", level),) if level else ()
        key = tuple(sorted({"app": "shop", **labels}.items()))
        self.store.add(key, NOW_NS - round(ago_s * S), text, metadata)

    def logs(self, query: str, limit: int = 100, **options: Any) -> Labelled:
        tree = parse(query)
        assert isinstance(tree, LogQuery)
        window = Window(NOW_NS - 3600 * S, NOW_NS + 1, limit, **options)
        return dict(read_logs(self.store, tree, window, Tally()))

    def texts(self, query: str) -> list[str]:
        found = self.logs(query, backward=False)
        return [line for _, line in sorted(one for entries in found.values() for one in entries)]

    def at_now(self, query: str) -> dict[str, float]:
        """Return values now, by labels written `a=1,b=2`."""
        tree = parse(query)
        assert not isinstance(tree, LogQuery)
        value = read_metric(self.store, tree, Steps(NOW_NS, NOW_NS, S), Tally())
        assert isinstance(value, dict)
        return {
            ",".join(f"{name}={text}" for name, text in labels): series[NOW_NS]
            for labels, series in value.items()
        }
