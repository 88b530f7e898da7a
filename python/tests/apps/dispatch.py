"""Runs the application that the variable TEST_APP names, so that one worker serves the tests of many.

With TEST_VALIDATE=1 it runs under the standard library's validator.
"""

from __future__ import annotations

from importlib import import_module
from wsgiref.validate import validator


def application(environ, start_response):
    module, _, name = environ["TEST_APP"].partition(":")
    app = getattr(import_module(module), name)
    if environ.get("TEST_VALIDATE") == "1":
        app = validator(app)
    return app(environ, start_response)
