"""What the builds of all regions share: reading the evidence, census margins, rates by age, paths, places, origins, published points."""
