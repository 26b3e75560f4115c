"""Pages of records."""

from flask import Blueprint

pages = Blueprint("records", __name__)
