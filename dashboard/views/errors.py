"""Pages of errors."""

from flask import Blueprint

pages = Blueprint("errors", __name__)
