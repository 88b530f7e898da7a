"""The smallest application: one page that says hello and where things are."""

import html
import os
import sys

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>Hello from Sluice</title>
<style>body {{ font: 1.1rem/1.6 system-ui; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }}
code {{ background: #eef; padding: .1em .3em }} td {{ padding: 0 1rem .2rem 0 }}</style>
<h1>Hello from Sluice</h1>
<p>This page was made by <code>{file}</code>. Change it, start again, and you see your own words.</p>
<table>
<tr><td>You asked for<td><code>{method} {path}</code>
<tr><td>Python<td>{python}
<tr><td>Worker process<td>{pid}
</table>
<p>Next: <code>examples/streaming.py</code>, <code>examples/files.py</code>,
<code>examples/flask_app/app.py</code>, <code>examples/django_app/app.py</code>.</p>
"""


def application(environ, start_response):
    page = PAGE.format(
        file=html.escape(os.path.relpath(__file__)),
        method=html.escape(environ["REQUEST_METHOD"]),
        path=html.escape(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")),
        python=sys.version.split()[0],
        pid=os.getpid(),
    ).encode("utf-8")
    start_response(
        "200 OK",
        [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(page)))],
    )
    return [page]
