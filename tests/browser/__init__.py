"""What people do, in a real browser, on the running demo."""

import pytest

# What these find wrong is told as pytest tells it.
pytest.register_assert_rewrite("tests.browser.people", "tests.browser.hands")
