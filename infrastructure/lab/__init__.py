"""A small real world on one machine: cluster, shop, monitoring and faults."""
