"""What the build of Xuchang does on its own: Henan's structure brought to the prefecture's published totals."""
