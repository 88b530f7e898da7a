"""What a usual application has imported before it answers: a framework, and much of the standard library."""

import asyncio  # noqa: F401
import concurrent.futures  # noqa: F401
import decimal  # noqa: F401
import email.mime.multipart  # noqa: F401
import http.client  # noqa: F401
import json  # noqa: F401
import logging.handlers  # noqa: F401
import sqlite3  # noqa: F401
import ssl  # noqa: F401
import unittest.mock  # noqa: F401
import urllib.request  # noqa: F401
import xml.etree.ElementTree  # noqa: F401

import django
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="not one",
    USE_I18N=True,
)
django.setup()

from django.contrib.auth.forms import UserCreationForm  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402


def page(request):
    """A form, so that templates and translations have work to do."""
    return HttpResponse(UserCreationForm().as_p())


urlpatterns = [path("", page)]
application = get_wsgi_application()
