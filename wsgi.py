"""The web process: `flask --app wsgi …` and `gunicorn wsgi:app`. Settings come from the environment."""

import os
import sys

from dashboard.app import create_app
from dashboard.config import BadSetting, load

try:
    app = create_app(load(os.environ))
except BadSetting as fault:
    sys.exit(f"tieout cannot start: {fault}")
