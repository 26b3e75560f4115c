"""Pages of connections."""

from flask import Blueprint, Flask

from dashboard.config import Config

pages = Blueprint("connections", __name__)


def init_app(app: Flask, config: Config) -> None:
    """Register the providers' OAuth clients."""
