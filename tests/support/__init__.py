"""What the tests need from outside the product: a database server, a browser, an accessibility checker."""
