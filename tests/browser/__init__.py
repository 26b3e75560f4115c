"""What people do, in a real browser, on the running demo."""
