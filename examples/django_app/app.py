"""Django in one file: a form, an upload and a session. Start with `sluice serve examples/django_app/app.py`."""

import hashlib

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

settings.configure(
    ALLOWED_HOSTS=["*"],
    DEFAULT_CHARSET="utf-8",
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ],
    ROOT_URLCONF=__name__,
    SECRET_KEY="only an example, use your own",
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    USE_TZ=True,
)

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>Django behind Sluice</title>
<h1>Django behind Sluice</h1>
<form method="post" action="{greet}"><input type="hidden" name="csrfmiddlewaretoken" value="{token}">
<input name="name" placeholder="your name"><button>Greet</button></form>
<form method="post" action="{upload}" enctype="multipart/form-data">
<input type="hidden" name="csrfmiddlewaretoken" value="{token}">
<input type="file" name="file"><button>Upload</button></form>
<p><a href="{visits}">How often have I been here?</a></p>
"""


@require_GET
def index(request):
    links = {name: reverse(name) for name in ("greet", "upload", "visits")}
    return HttpResponse(PAGE.format(token=get_token(request), **links))


@require_POST
def greet(request):
    return HttpResponse("Hello, %s!" % request.POST["name"], content_type="text/plain; charset=utf-8")


@require_POST
def upload(request):
    file = request.FILES["file"]
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return JsonResponse({"name": file.name, "size": file.size, "sha256": digest.hexdigest()})


@require_GET
def visits(request):
    request.session["visits"] = request.session.get("visits", 0) + 1
    return JsonResponse({"visits": request.session["visits"]})


urlpatterns = [
    path("", index, name="index"),
    path("greet", greet, name="greet"),
    path("upload", upload, name="upload"),
    path("visits", visits, name="visits"),
]

django.setup()
application = get_wsgi_application()
