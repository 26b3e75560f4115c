"""The background half of tieout: the runner, its tasks, the connectors to providers, and a sandbox of them."""
