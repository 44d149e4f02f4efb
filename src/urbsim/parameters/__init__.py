"""Behavioural parameters: their evidence, their priors, the fitted ensemble.

```python
from urbsim.parameters import PARAMETERS, prior_sample, sample
PARAMETERS["beta_w"].central          # 1.2
prior_sample(3)["beta_w"]             # draw 3 of the prior, the same whatever else is drawn
sample("zhejiang", 0)["beta_w"]       # the best-fitting member of the shipped ensemble
```

`parameters.csv` holds what the evidence says, `assumptions.csv` what the engine needs and the evidence lacks, `moments.csv` what a
calibration compares with. Light: the standard library, and numpy only where numbers are drawn.
"""

from urbsim.parameters.distributions import prior_sample, quantile
from urbsim.parameters.ensemble import Member, ensemble_hash, member, members_of, sample
from urbsim.parameters.table import MOMENTS, PARAMETERS, STRENGTHS, TAGS, Moment, Parameter, find

__all__ = [
    "MOMENTS",
    "PARAMETERS",
    "STRENGTHS",
    "TAGS",
    "Member",
    "Moment",
    "Parameter",
    "ensemble_hash",
    "find",
    "member",
    "members_of",
    "prior_sample",
    "quantile",
    "sample",
]
