"""Pages of sync_config."""

from flask import Blueprint

pages = Blueprint("sync_config", __name__)
