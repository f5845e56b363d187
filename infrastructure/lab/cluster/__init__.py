"""A single-node cluster that speaks the Kubernetes REST API over real processes."""
