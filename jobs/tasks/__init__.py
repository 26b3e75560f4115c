"""What the runner does, one verb a module: each is called with the time and does its own transactions."""
