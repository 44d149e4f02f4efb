"""One module for each stage of a quarter: pure kernels, arrays and keyed luck in, changed rows and accounts out."""
