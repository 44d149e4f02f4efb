"""Calibration: parameters and constants are fitted to what was published of a region, dated 2020 or earlier.

`targets` reads what is asked, `outcomes` what a run gives, `design` which parameters are searched and where, `candidates` solves the place
constants inside each, `matching` rules out and weighs, `posterior` says what the data taught, `causal` runs twins with and without a
reform, `calibrate` puts it together; `page` writes `docs/calibration.md` from the stored results.
"""
