"""What only the build of region Zhejiang needs: one module for each fact file."""
