"""Pages of upload."""

from flask import Blueprint

pages = Blueprint("upload", __name__)
