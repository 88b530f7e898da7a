"""The application of the behaviour table on flup: `flup_server.py PROTOCOL PORT APPS`."""

import importlib
import sys

protocol, port, apps = sys.argv[1:4]
sys.path.insert(0, apps)
application = importlib.import_module("behaviours").application
server = importlib.import_module({"fastcgi": "flup.server.fcgi"}.get(protocol, "flup.server." + protocol))
server.WSGIServer(application, bindAddress=("127.0.0.1", int(port)), debug=False).run()
