"""Pages of audit_log."""

from flask import Blueprint

pages = Blueprint("audit_log", __name__)
