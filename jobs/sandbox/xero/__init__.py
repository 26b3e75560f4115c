"""Xero on loopback, as the published pages and recorded exchanges describe it. Shares nothing with our Xero
connector.
"""
