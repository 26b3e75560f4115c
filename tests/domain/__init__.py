"""What the product does, tested through its functions: one folder or file per module of dashboard/domain."""
