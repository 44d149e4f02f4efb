"""What only the build of region Fujian needs: its own rules; the common ones stand in `regionbuild`."""
