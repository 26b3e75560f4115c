"""Phone calls to providers. A connector knows neither Flask nor the database; it gets a wire and speaks in postings."""
