"""The tests mirror the source; architecture/ reads the project itself, bench/ and chaos/ have their own commands."""
