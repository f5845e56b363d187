"""Reading what a cluster says, as JSON, YAML or kubectl's text, into the typed picture of it."""
