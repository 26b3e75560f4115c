"""Static files: their addresses and fingerprints. What is in them is theirs."""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask, current_app, request, url_for

STATIC = Path(__file__).parent.parent / "static"


@dataclass(frozen=True)
class Asset:
    """A static file: its address changes with its content, so it may be kept for ever."""

    url: str
    integrity: str


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(asset=_asset)


def _asset(name: str) -> Asset:
    return _fingerprinted(name, request.script_root, (STATIC / name).stat().st_mtime if current_app.debug else 0)


@cache
def _fingerprinted(name: str, root: str, changed: float) -> Asset:
    content = (STATIC / name).read_bytes()
    digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
    version = hashlib.sha256(content).hexdigest()[:12]
    return Asset(url_for("static", filename=name, v=version), f"sha384-{digest}")
