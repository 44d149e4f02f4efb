"""What only the build of region Zhejiang needs: its own rules; the common ones stand in `regionbuild`."""
