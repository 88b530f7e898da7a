"""The environ: variables of the network, variables of WSGI, and that they do not mix."""

from __future__ import annotations

import json
from typing import Any

from sluice._environ import parse_request
from tests.gateway import VARIABLES, Gateway
from tests.support import WorkerTestCase


class Environ(WorkerTestCase):
    def show(self, **variables: str) -> Any:
        return json.loads(self.get("environs:show", **variables).body)

    def test_holds_every_variable_of_the_request_in_latin_1(self) -> None:
        seen = self.show(PATH_INFO="/\u00e9", HTTP_X_EMPTY="", QUERY_STRING="a=b&c")
        for name, value in {**VARIABLES, "PATH_INFO": "/\u00e9", "HTTP_X_EMPTY": "", "QUERY_STRING": "a=b&c"}.items():
            self.assertEqual(seen[name], value)

    def test_is_a_dict_with_the_variables_of_wsgi(self) -> None:
        seen = self.show()
        self.assertEqual(seen["type"], "dict")
        self.assertEqual(seen["wsgi.version"], [1, 0])
        self.assertEqual(
            (seen["wsgi.multithread"], seen["wsgi.multiprocess"], seen["wsgi.run_once"], seen["wsgi.input_terminated"]),
            (False, False, False, True),
        )
        self.assertEqual(sorted(seen["callables"]), ["sluice.client_gone", "wsgi.file_wrapper"])

    def test_knows_the_scheme(self) -> None:
        for variables, scheme in (
            ({}, "http"),
            ({"HTTPS": "on"}, "https"),
            ({"HTTPS": "1"}, "https"),
            ({"HTTPS": "off"}, "http"),
            ({"HTTPS": ""}, "http"),
            ({"REQUEST_SCHEME": "https"}, "https"),
            ({"REQUEST_SCHEME": "http"}, "http"),
            ({"REQUEST_SCHEME": "gopher"}, "http"),
        ):
            with self.subTest(variables):
                self.assertEqual(self.show(**variables)["wsgi.url_scheme"], scheme)

    def test_nothing_from_the_network_replaces_a_variable_of_wsgi(self) -> None:
        seen = self.show(**{"wsgi.multithread": "evil", "wsgi.url_scheme": "evil", "sluice.client_gone": "evil"})
        self.assertEqual((seen["wsgi.multithread"], seen["wsgi.url_scheme"]), (False, "http"))
        self.assertIn("sluice.client_gone", seen["callables"])

    def test_drops_http_proxy(self) -> None:
        self.assertNotIn("HTTP_PROXY", self.show(HTTP_PROXY="http://evil/"))

    def test_has_content_type_and_length_under_their_cgi_names_only(self) -> None:
        seen = self.show(CONTENT_TYPE="text/plain", HTTP_CONTENT_TYPE="text/plain", HTTP_CONTENT_LENGTH="0")
        self.assertEqual(seen["CONTENT_TYPE"], "text/plain")
        self.assertNotIn("HTTP_CONTENT_TYPE", seen)
        self.assertNotIn("HTTP_CONTENT_LENGTH", seen)

    def test_tells_how_long_the_request_waited(self) -> None:
        self.assertEqual(self.show()["sluice.queue_ms"], "0.0")
        self.assertEqual(self.show(**{"sluice.queue_ms": "12.4"})["sluice.queue_ms"], "12.4")

    def test_joins_headers_that_came_more_than_once(self) -> None:
        block = b"HTTP_COOKIE\0a=1\0HTTP_X\x001\0SCRIPT_NAME\0/old\0HTTP_COOKIE\0b=2\0HTTP_X\x002\0SCRIPT_NAME\0/new\0"
        environ, rest = parse_request(len(block).to_bytes(4, "big") + block + b"body", {})
        self.assertEqual(environ["HTTP_COOKIE"], "a=1; b=2")
        self.assertEqual(environ["HTTP_X"], "1, 2")
        self.assertEqual(environ["SCRIPT_NAME"], "/new")
        self.assertEqual(rest, b"body")

    def test_belongs_to_one_request(self) -> None:
        before = self.show()
        self.get("environs:spoil")
        self.assertEqual(self.show(), before)

    def test_tells_of_threads_and_processes(self) -> None:
        with Gateway("dispatch", lanes=2, words=("multiprocess=1",)) as gateway:
            seen = json.loads(gateway.get("environs:show").body)
            self.assertEqual((seen["wsgi.multithread"], seen["wsgi.multiprocess"]), (True, True))
