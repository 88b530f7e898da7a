"""Passes every request on, by the clients that take the place of flup's: PASS_TO says where, as PROTOCOL ADDRESS."""

import os

from sluice.flup.client.fcgi_app import FCGIApp
from sluice.flup.client.scgi_app import SCGIApp

protocol, address = os.environ["PASS_TO"].split(" ", 1)
root = os.environ.get("PASS_ROOT")
if not address.startswith("/"):
    host, port = address.split(":")
    address = (host, int(port))
client = {"fastcgi": FCGIApp, "scgi": SCGIApp}[protocol](connect=address, filterEnviron=root is None)


def application(environ, start_response):
    if root is not None:
        environ["SCRIPT_FILENAME"] = root + environ["PATH_INFO"]
    return client(environ, start_response)
