"""The specialists, as data, and the one loop that runs any of them."""
