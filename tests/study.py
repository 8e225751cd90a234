"""The studies behind the choice of intervals, as modules: ``docs/studies`` is no package."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["STUDIES", "study"]

STUDIES = Path(__file__).parent.parent / "docs" / "studies"


def study(name: str) -> ModuleType:
    """The study of this name."""
    spec = spec_from_file_location(f"study_{name}", STUDIES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
