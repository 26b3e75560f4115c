"""Tests that read the project itself: its routes, templates, imports, catalogue and docs."""
