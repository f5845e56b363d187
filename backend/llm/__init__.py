"""Language models between the brain and the world: whose account, which key, which bounds."""
