"""The demo: two organisations made by the product's own doors, so that every failure is real and can be mended."""

from jobs.demo.seeding import seed
from jobs.demo.serving import run
from jobs.demo.story import DAYS, FEWEST_DAYS

__all__ = ["DAYS", "FEWEST_DAYS", "run", "seed"]
