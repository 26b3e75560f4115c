"""How documents come in: reading files, telling what is the same, storing. Approving and exporting live elsewhere."""
