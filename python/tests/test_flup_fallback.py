"""FastCGI without a gateway: the small server that takes its place, and that it says so."""

from __future__ import annotations

import io
import json
import signal
import socket
import sys
import unittest

from sluice.flup import _fastcgi as fastcgi
from sluice.flup._path import split_path
from sluice.flup.client.fcgi_app import FCGIApp
from tests.gateway import DEADLINE_SECONDS
from tests.script import Script

APPLICATION = """
from sluice.flup.server.{server} import WSGIServer
def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/early":
        raise RuntimeError("early")
    start_response("200 OK", [("X-Main", str(threading.current_thread() is threading.main_thread()))])
    if path == "/late":
        return late()
    if path == "/echo":
        return [environ["wsgi.input"].read()]
    return [json.dumps([environ["SCRIPT_NAME"], path, environ["wsgi.multithread"], environ["wsgi.multiprocess"]])]
def late():
    yield b"begun"
    raise RuntimeError("late")
print(WSGIServer(application, bindAddress=directory + "/socket"{arguments}).run())
"""


def serving(server: str = "fcgi", arguments: str = "", **environment: str) -> Script:
    text = APPLICATION.format(server=server, arguments=arguments)
    return Script(text, SLUICE_GATEWAY="/nowhere/sluice", **environment)


def ask(script: Script, path: str, body: bytes = b"") -> tuple[str, bytes]:
    """Return status and body."""
    script.connect().close()
    environ = {
        "REQUEST_METHOD": "POST" if body else "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "REQUEST_URI": path,
        "SERVER_NAME": "a",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
    }
    seen: list[str] = []
    answer = FCGIApp(connect=script.address)(environ, lambda status, headers, exc_info=None: seen.append(status))
    return seen[0], b"".join(answer)


def records(script: Script, *sent: bytes) -> list[tuple[int, int, bytes]]:
    """Send records on one connection and return those that come until it is closed."""
    with script.connect() as connection:
        connection.sendall(b"".join(sent))
        reader = fastcgi.RecordReader()
        found = []
        while data := connection.recv(1 << 16):
            found += reader.feed(data)
        return found


class Serve(unittest.TestCase):
    def test_says_what_is_missing_and_serves(self) -> None:
        with serving() as script:
            status, body = ask(script, "/a")
            self.assertEqual((status, json.loads(body)), ("200 OK", ["", "/a", True, False]))
            self.assertEqual(script.end(signal.SIGTERM), "False\n")
            self.assertIn("there is no program /nowhere/sluice", script.errors())
            self.assertIn("slowly; SLUICE_FALLBACK=0 forbids that", script.errors())

    def test_takes_large_bodies_both_ways(self) -> None:
        with serving() as script:
            body = bytes(range(256)) * 12000
            self.assertEqual(ask(script, "/echo", body), ("200 OK", body))
            self.assertEqual(script.end(signal.SIGINT), "False\n")

    def test_tells_a_hangup(self) -> None:
        with serving("fcgi_fork") as script:
            self.assertEqual(json.loads(ask(script, "/a")[1]), ["", "/a", False, True])
            self.assertEqual(script.end(signal.SIGHUP), "True\n")

    def test_an_error_before_the_head_is_500_without_its_traceback(self) -> None:
        with serving() as script:
            status, body = ask(script, "/early")
            self.assertEqual(status, "500 Internal Server Error")
            self.assertNotIn(b"RuntimeError", body)
            script.end(signal.SIGTERM)
            self.assertIn("RuntimeError: early", script.errors())

    def test_or_with_it_if_debug_says_so(self) -> None:
        with serving(arguments=", debug=True") as script:
            self.assertIn(b"RuntimeError: early", ask(script, "/early")[1])

    def test_an_error_after_the_head_never_ends_cleanly(self) -> None:
        with serving() as script, self.assertRaises(EOFError):
            ask(script, "/late")

    def test_can_be_forbidden(self) -> None:
        with serving(SLUICE_FALLBACK="0") as script:
            script.end()
            self.assertIn("GatewayNotFound", script.errors())

    def test_is_for_fastcgi_only(self) -> None:
        with serving("scgi") as script:
            script.end()
            self.assertIn("GatewayNotFound", script.errors())


class Wire(unittest.TestCase):
    def test_answers_management_records(self) -> None:
        with serving() as script:
            query = b"".join(fastcgi.pack_pair(name, b"") for name in (b"FCGI_MPXS_CONNS", b"UNKNOWN"))
            begin = fastcgi.pack_begin(1, fastcgi.FILTER)
            found = records(
                script, fastcgi.pack_record(fastcgi.GET_VALUES, 0, query), fastcgi.pack_record(77, 0), begin
            )
            self.assertEqual(found[0][:2], (fastcgi.GET_VALUES_RESULT, 0))
            self.assertEqual(found[0][2], fastcgi.pack_pair(b"FCGI_MPXS_CONNS", b"0"))
            self.assertEqual(found[1], (fastcgi.UNKNOWN_TYPE, 0, bytes((77,)).ljust(8, b"\0")))
            self.assertEqual(fastcgi.unpack_end(found[2][2])[0], fastcgi.UNKNOWN_ROLE)

    def test_refuses_a_second_request_while_one_runs(self) -> None:
        with serving() as script:
            pairs = [(b"REQUEST_METHOD", b"GET"), (b"PATH_INFO", b"/a")]
            params = b"".join(fastcgi.pack_params(1, pairs))
            found = records(
                script, fastcgi.pack_begin(1), fastcgi.pack_begin(2), params, fastcgi.pack_record(fastcgi.STDIN, 1)
            )
            self.assertEqual(found[0][:2], (fastcgi.END_REQUEST, 2))
            self.assertEqual(fastcgi.unpack_end(found[0][2])[0], fastcgi.CANT_MPX_CONN)
            self.assertEqual(found[-1][:2], (fastcgi.END_REQUEST, 1))

    def test_survives_what_is_no_fastcgi(self) -> None:
        with serving() as script:
            self.assertEqual(records(script, b"GET / HTTP/1.1\r\n\r\n"), [])
            self.assertEqual(ask(script, "/a")[0], "200 OK")
            script.end(signal.SIGTERM)
            self.assertIn("FastCGI connection lost: a record of version 71", script.errors())

    def test_those_beyond_its_threads_wait(self) -> None:
        with serving("fcgi_single") as script:
            first = script.connect()
            with first, socket.socket(socket.AF_UNIX) as second:
                second.settimeout(DEADLINE_SECONDS)
                second.connect(script.address)
                second.sendall(fastcgi.pack_begin(1, fastcgi.FILTER))
                first.sendall(fastcgi.pack_begin(1, fastcgi.FILTER))
                self.assertTrue(first.recv(1))
                self.assertTrue(second.recv(1))


class Path(unittest.TestCase):
    def test_is_split_as_the_gateway_does(self) -> None:
        for uri, script, info, software, expected in (
            ("/a%20b?x", "", "/a b", "", ("", "/a b")),
            ("/app/x", "/app", "/x", "", ("/app", "/x")),
            ("/app", "/app", None, "lighttpd/1.4", ("/app", "")),
            ("/app/a%20b", "/app", None, "", ("/app", "/a b")),
            ("/apple", "/app", None, "", ("/app", "")),
            ("/a%20b", "/a b", None, "nginx/1.22", ("", "/a b")),
            ("/app", "/app", "", "nginx/1.22", ("/app", "")),
            ("/a%20b", None, None, "", ("", "/a b")),
            (None, None, None, "", ("", "/")),
        ):
            given = {"REQUEST_URI": uri, "SCRIPT_NAME": script, "PATH_INFO": info, "SERVER_SOFTWARE": software}
            environ = {name: value for name, value in given.items() if value is not None}
            with self.subTest(given):
                split_path(environ)
                self.assertEqual((environ["SCRIPT_NAME"], environ["PATH_INFO"]), expected)


if __name__ == "__main__":
    unittest.main()
