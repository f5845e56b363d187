"""The Kubernetes server: looks at workloads, and changes them only with a grant."""
