/** The classes of fault and the specialists that the platform knows, to choose from. */

export const FAULT_CLASSES = [
  "bad_release",
  "missing_configuration",
  "out_of_memory",
  "crash_loop",
  "image_unavailable",
  "no_endpoints",
  "node_not_ready",
  "saturation",
  "certificate_expiry",
  "unhealthy_pod",
] as const;

export const SPECIALISTS = ["kubernetes", "metrics", "logs", "runbooks"] as const;

/** How an object is written: `Kind/namespace/name`, or `Kind/name` without a namespace. */
export const OBJECT_PATTERN = "[^\\/]+\\/([^\\/]+\\/)?[^\\/]+";
