"""Verbs. Each takes a session and the time; the caller owns the transaction. Nothing here sees a request."""
