"""Phone calls to providers. A connector knows neither Flask nor the database; it is handed a wire and speaks in postings."""
