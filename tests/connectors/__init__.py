"""The phone calls: one contract for all connectors, and what each does when its provider lies."""
