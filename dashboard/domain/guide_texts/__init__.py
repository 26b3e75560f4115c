"""The texts of the error catalogue, by subject. What a guide consists of is vocabulary/guides.py."""
