"""Has only `app`, and needs the file beside it."""

from __future__ import annotations

import named

app = named.app
