"""Agent-based model of how rural households become townspeople in Chinese provinces.

```python
import urbsim

scenario = urbsim.load("zhejiang_2027")      # a shipped name or a path
results = urbsim.run(scenario, draws=20)     # xarray.Dataset
effect = urbsim.compare("zhejiang_2027", "hangzhou_open")
model = urbsim.MigrationModel(scenario)      # a mesa.Model
```

Names are loaded on first use: importing urbsim itself costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from urbsim.experiments.compare import compare
    from urbsim.experiments.runner import run
    from urbsim.experiments.versions import show_versions
    from urbsim.model import MigrationModel
    from urbsim.results.storage import open_results
    from urbsim.scenario import load

__all__ = ["MigrationModel", "compare", "load", "open_results", "run", "show_versions"]

_HOMES = {
    "MigrationModel": "urbsim.model",
    "compare": "urbsim.experiments.compare",
    "load": "urbsim.scenario",
    "open_results": "urbsim.results.storage",
    "run": "urbsim.experiments.runner",
    "show_versions": "urbsim.experiments.versions",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it."""
    if name == "__version__":
        from importlib.metadata import version

        return version("urbsim")
    if name not in _HOMES:
        raise AttributeError(f"module 'urbsim' has no attribute {name!r}")
    found: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
