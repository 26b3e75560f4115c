"""Pages of resyncs."""

from flask import Blueprint

pages = Blueprint("resyncs", __name__)
