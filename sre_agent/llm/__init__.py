"""Language models: asked for an opinion, on a leash, and never believed without evidence."""
