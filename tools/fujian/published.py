"""Single administrative figures of Fujian that are published points."""

from __future__ import annotations

SPECIAL = [
    ("fujian", "2010", "migrant_children_compulsory_enrolled", "migrant_pupils", "persons", "administrative"),
    ("fujian", "2013", "migrant_children_compulsory_enrolled", "migrant_pupils", "persons", "administrative"),
    ("fujian", "2013", "migrant_children_public_school_share", "migrant_pupils_public_share", "percent", "administrative"),
]
UNCLEAR = {("quanzhou", 2015, "urbanization_rate")}  # 63.5 %: before or after the revision is not said
