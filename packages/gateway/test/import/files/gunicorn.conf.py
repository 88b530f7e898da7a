"""Shop: gunicorn behind nginx, over a Unix socket and over TLS."""

import multiprocessing
import os
from pathlib import Path

from settings.base import *

BASE = Path(__file__).resolve().parent

wsgi_app = "shop.wsgi:create_app('production')"
chdir = str(BASE)
pythonpath = "lib,/opt/shop"
raw_env = [
    "DJANGO_SETTINGS_MODULE=shop.settings",
    "SECRET_KEY=" + os.environ["SECRET_KEY"],
    f"MEDIA={BASE / 'media'}",
]

bind = ["unix:/run/shop/gunicorn.sock", "[::1]:8443"]
bind.append("0.0.0.0")
backlog = 512
certfile = "/etc/ssl/shop.pem"
keyfile = "/etc/ssl/shop.key"
ciphers = "ECDHE+AESGCM"
proxy_protocol = True
proxy_allow_ips = "10.0.0.0/8, 192.168.1.1"
forwarded_allow_ips = "*"
forwarder_headers = "SCRIPT_NAME,PATH_INFO"
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
limit_request_fields = 200
limit_request_line = 8190
keepalive = 0

workers = multiprocessing.cpu_count() * 2 + 1
threads = min(4, multiprocessing.cpu_count())
worker_class = "gevent"
worker_connections = 1000
worker_tmp_dir = "/dev/shm"
max_requests, max_requests_jitter = 2000, 200
timeout = 0 if os.environ.get("ENV", "production") == "debug" else 120
preload_app = True

user = "shop"
group = 33
umask = 0o027
pidfile = "/run/shop/gunicorn.pid"
daemon = False
tmp_upload_dir = None

if os.path.exists("/etc/shop/debug"):
    reload = True

errorlog = "/var/log/shop/error.log"
accesslog = "/var/log/shop/access.log"
access_log_format = '%(h)s "%(r)s" %(s)s'
loglevel = "warning"
logconfig_dict = {}
dirty_workers = 0


def when_ready(server):
    (BASE / "ready").touch()


def pre_request(worker, request):
    worker.log.debug("%s", request.path)


def helper():
    """No setting of gunicorn."""
