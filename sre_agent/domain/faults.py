"""The classes of fault the engine can name, in the field's terms."""

from enum import StrEnum


class FaultClass(StrEnum):
    """What kind of thing went wrong. Each has an entry in the catalogue `config/faults.yaml`."""

    BAD_RELEASE = "bad_release"
    MISSING_CONFIGURATION = "missing_configuration"
    OUT_OF_MEMORY = "out_of_memory"
    CRASH_LOOP = "crash_loop"
    IMAGE_UNAVAILABLE = "image_unavailable"
    NO_ENDPOINTS = "no_endpoints"
    NODE_NOT_READY = "node_not_ready"
    SATURATION = "saturation"
    CERTIFICATE_EXPIRY = "certificate_expiry"
    UNHEALTHY_POD = "unhealthy_pod"
