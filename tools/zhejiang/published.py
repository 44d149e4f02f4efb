"""Single administrative figures of Zhejiang that are published points."""

from __future__ import annotations

SPECIAL = [
    ("zhejiang", "2018", "urban_hukou_settled_from_other_provinces_2015_2018", "settled_other_province_2015_2018", "persons", "register"),
    ("zhejiang", "2018", "urban_hukou_settled_from_within_province_2015_2018", "settled_within_province_2015_2018", "persons", "register"),
    ("zhejiang", "2018", "migrant_children_compulsory_enrolled", "migrant_pupils", "persons", "administrative"),
    ("zhejiang", "2018", "migrant_children_in_public_schools", "migrant_pupils_public", "persons", "administrative"),
    ("zhejiang", "2022", "migrant_children_public_school_share_excl_purchased", "migrant_pupils_public_share", "percent", "administrative"),
    ("hangzhou", "2014", "migrant_children_compulsory_enrolled", "migrant_pupils", "persons", "administrative"),
    ("hangzhou", "2022", "migrant_children_compulsory_enrolled", "migrant_pupils", "persons", "administrative"),
    ("hangzhou", "2022", "migrant_children_public_school_share", "migrant_pupils_public_share", "percent", "administrative"),
    ("ningbo", "2019", "migrant_children_compulsory_enrolled", "migrant_pupils", "persons", "administrative"),
    ("ningbo", "2019", "migrant_children_public_school_share", "migrant_pupils_public_share", "percent", "administrative"),
    ("zhejiang", "2022", "rural_transfer_population", "rural_transfer_population", "persons", "administrative"),
    ("zhejiang", "2020", "floating_population", "floating_population", "persons", "census"),
    ("zhejiang", "2020", "intraprovincial_floating_population", "floating_within_province", "persons", "census"),
]
