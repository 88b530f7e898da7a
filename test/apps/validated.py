"""The same behaviours under the checks of `wsgiref.validate`: a server that breaks PEP 3333 gets an AssertionError."""

from wsgiref.validate import validator

import behaviours

application = validator(behaviours.application)
