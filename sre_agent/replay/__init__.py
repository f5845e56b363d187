"""Past incidents run again from what their logs hold: the same graph, no server, no write, no network."""
