"""Databases with today's schema, made once per worker by the product's own command and copied for each test."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

from dashboard.config import new_secret, new_token_key

ROOT = Path(__file__).parents[2]


def migrate(url: str) -> None:
    """Bring the database to the newest schema, as an administrator does it."""
    settings = {
        "TIEOUT_DATABASE_URL": url,
        "TIEOUT_SECRET_KEY": new_secret(),
        "TIEOUT_TOKEN_KEYS": new_token_key(),
    }
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"The schema could not be made in {url}:\n{done.stdout}{done.stderr}")


def fresh_name() -> str:
    """A name for a database that no other run uses."""
    return f"tieout_{secrets.token_hex(8)}"
