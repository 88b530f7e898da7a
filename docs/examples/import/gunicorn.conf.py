import os

wsgi_app = "greeting"
bind = "127.0.0.1:8000"
raw_env = ["GREETING=Hello from gunicorn.conf.py", "RELEASE=" + os.environ.get("RELEASE", "none")]

workers = int(os.environ.get("WEB_CONCURRENCY", 3))
worker_class = "gthread"
threads = 2
timeout = 45
graceful_timeout = 5
keepalive = 5
max_requests = 1000
max_requests_jitter = 100

forwarded_allow_ips = "127.0.0.1"
accesslog = "-"
access_log_format = "%(h)s %(r)s %(s)s"


def post_fork(server, worker):
    server.log.info("worker %s is there", worker.pid)
