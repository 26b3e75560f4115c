"""Pages of exports."""

from flask import Blueprint

pages = Blueprint("exports", __name__)
