"""Pages: guard, read input, one domain call, reply. Only the factory imports them."""
