"""Kubernetes objects, as the API or `kubectl -o json|yaml` gives them, into the typed picture."""
