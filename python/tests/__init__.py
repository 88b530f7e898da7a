"""Tests of the worker, with nothing but the standard library."""

from __future__ import annotations

import sys
from pathlib import Path

PYTHON_DIRECTORY = Path(__file__).resolve().parent.parent
SOURCE_DIRECTORY = PYTHON_DIRECTORY / "src"
VECTORS_FILE = PYTHON_DIRECTORY.parent / "test" / "vectors" / "worker-wire.json"

sys.path.insert(0, str(SOURCE_DIRECTORY))
