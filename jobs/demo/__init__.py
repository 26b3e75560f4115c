"""The demo: two organisations made by the product's own doors, so that every failure is real and can be mended."""

from jobs.demo.seeding import seed
from jobs.demo.serving import run

__all__ = ["run", "seed"]
