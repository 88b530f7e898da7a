"""WSGI applications that pass their requests on to a server: flup.client, over again."""
