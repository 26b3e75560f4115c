"""The providers on loopback: an imitation of their wire behaviour for tests, demos and chaos runs. Shares no
code with the product.
"""

from jobs.sandbox.app import create_sandbox
from jobs.sandbox.server import Handle, serve, start_in_thread
from jobs.sandbox.xero.settings import CLIENT_ID, CLIENT_SECRET

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "Handle", "create_sandbox", "serve", "start_in_thread"]
