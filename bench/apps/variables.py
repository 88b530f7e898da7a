"""Looks at every request header, as frameworks do when they build their request object."""


def application(environ, start_response):
    headers = {name: value for name, value in environ.items() if name.startswith("HTTP_X_BENCH_")}
    body = b"%d headers\n" % len(headers)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
