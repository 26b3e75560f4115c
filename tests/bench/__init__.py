"""What the product costs, as ratios against something plain in the same run: `make bench`, never part of the suite."""
