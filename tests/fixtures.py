"""The product's own fixtures: the application, its organisations and people."""
