"""What mod_wsgi loads: it sets the environment, and imports the application."""

import os

os.environ["GREETING"] = "Hello from greeting.wsgi"

from greeting import application  # noqa: E402, F401
