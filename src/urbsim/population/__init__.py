"""The people of 2010: households as columns, town-born residents as cohorts.

`registry` names every household column and every code; `synthesis.synthesise` builds the census state of a region;
`arrivals.arrival_templates` builds the households that may come later from other provinces.
"""
