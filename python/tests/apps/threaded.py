"""An application that starts a thread while it is imported, which no fork survives."""

import threading

threading.Thread(target=threading.Event().wait, name="left behind", daemon=True).start()


def application(environ, start_response):
    start_response("200 OK", [])
    return [str(threading.active_count()).encode()]
