"""Flask: a form, an upload and a session. Start with `sluice serve examples/flask_app/app.py`."""

import hashlib

from flask import Flask, jsonify, request, session

application = Flask(__name__)
application.secret_key = "only an example, use your own"

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>Flask behind Sluice</title>
<h1>Flask behind Sluice</h1>
<form method="post" action="{root}/greet"><input name="name" placeholder="your name"><button>Greet</button></form>
<form method="post" action="{root}/upload" enctype="multipart/form-data">
<input type="file" name="file"><button>Upload</button></form>
<p><a href="{root}/visits">How often have I been here?</a></p>
"""


@application.get("/")
def index():
    return PAGE.format(root=request.script_root)


@application.post("/greet")
def greet():
    return "Hello, %s!" % request.form["name"], {"Content-Type": "text/plain; charset=utf-8"}


@application.post("/upload")
def upload():
    file = request.files["file"]
    content = file.read()
    return jsonify(name=file.filename, size=len(content), sha256=hashlib.sha256(content).hexdigest())


@application.get("/visits")
def visits():
    session["visits"] = session.get("visits", 0) + 1
    return jsonify(visits=session["visits"])
