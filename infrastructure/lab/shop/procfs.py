"""Tell what the process itself uses, under the names every Prometheus client gives."""

import os

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def lines(started_s: float) -> list[str]:
    """Return the `process_*` metrics as lines of the text format.

    Args:
        started_s: when the process started, in seconds since the epoch.
    """
    values = {
        ("process_cpu_seconds_total", "counter"): sum(os.times()[:2]),
        ("process_start_time_seconds", "gauge"): started_s,
        **_from_proc(),
    }
    result = []
    for (name, kind), value in values.items():
        result += [f"# TYPE {name} {kind}", f"{name} {value:.3f}"]
    return result


def _from_proc() -> dict[tuple[str, str], float]:
    """Read what only Linux tells; elsewhere these metrics are absent."""
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:
            pages = statm.read().split()
        open_files = len(os.listdir("/proc/self/fd"))
    except FileNotFoundError:
        return {}
    return {
        ("process_virtual_memory_bytes", "gauge"): float(pages[0]) * _PAGE_BYTES,
        ("process_resident_memory_bytes", "gauge"): float(pages[1]) * _PAGE_BYTES,
        ("process_open_fds", "gauge"): float(open_files),
    }
