"""Xero: the accounting API as https://developer.xero.com/documentation/api/accounting/overview describes it."""

from jobs.connectors.xero.connector import XeroConnector

__all__ = ["XeroConnector"]
