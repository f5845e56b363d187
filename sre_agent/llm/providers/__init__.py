"""Where models are served, and how each kind of server is spoken to."""
