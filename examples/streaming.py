"""A response sent piece by piece: each line arrives in the browser the moment it is yielded.

Behind a web server that buffers (nginx does), the header `X-Accel-Buffering: no` asks it not to.
"""

import time


def application(environ, start_response):
    start_response(
        "200 OK",
        [("Content-Type", "text/plain; charset=utf-8"), ("X-Accel-Buffering", "no")],
    )
    return count_down(10)


def count_down(seconds):
    try:
        for left in range(seconds, 0, -1):
            yield b"%d\n" % left
            time.sleep(1)
        yield b"lift-off\n"
    finally:
        # Runs when the response is complete, and also when the visitor leaves half-way.
        print("count-down over")
