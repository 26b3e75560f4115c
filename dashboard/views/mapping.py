"""Pages of mapping."""

from flask import Blueprint

pages = Blueprint("mapping", __name__)
