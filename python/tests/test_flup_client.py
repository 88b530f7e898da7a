"""FCGIApp and SCGIApp over sockets: what they send, what they make of what comes, and how they end."""

from __future__ import annotations

import io
import random
import socket
import threading
import unittest
from wsgiref.validate import validator

from sluice.flup._cgi_head import CgiHeadError
from sluice.flup._fastcgi import PARAMS, STDERR, STDIN, STDOUT, FastCgiError, pack_end, pack_record, pack_stream
from sluice.flup.client.fcgi_app import FCGIApp
from sluice.flup.client.scgi_app import SCGIApp
from tests.test_flup_fastcgi import GOLDEN, golden, read_pairs, records_of
from tests.upstream import Call, Upstream

STDIN_END = pack_record(STDIN, 1)
PLAIN = b"Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n"
HELLO = pack_record(STDOUT, 1, PLAIN + b"hello") + pack_end(1)
LARGE = random.Random(7).randbytes(3_000_000)


def receive_until(connection: socket.socket, end: bytes) -> bytes:
    received = bytearray()
    while not received.endswith(end):
        piece = connection.recv(1 << 20)
        if not piece:
            raise EOFError(f"the client hung up after {bytes(received[-40:])!r}")
        received += piece
    return bytes(received)


class FakeServer:
    """Takes one FastCGI request, keeps it, and sends a reply."""

    def __init__(self, reply: bytes = HELLO) -> None:
        self.reply = reply
        self.request: list = []

    def __call__(self, connection: socket.socket) -> None:
        self.request = records_of(receive_until(connection, STDIN_END))
        connection.sendall(self.reply)

    @property
    def variables(self) -> dict:
        pairs = read_pairs([content for kind, _, content in self.request if kind == PARAMS])
        return {name.decode("latin-1"): value.decode("latin-1") for name, value in pairs}

    @property
    def body(self) -> bytes:
        return b"".join([content for kind, _, content in self.request if kind == STDIN])


class Requests(unittest.TestCase):
    def send(self, call: Call, **arguments: object) -> FakeServer:
        server = FakeServer()
        with Upstream(server) as upstream:
            self.assertEqual(call.run(FCGIApp(connect=upstream.address, **arguments)), b"hello")
        return server

    def test_a_request_is_begin_params_and_stdin_each_with_its_end(self) -> None:
        server = self.send(Call(b"body"))
        kinds = [(kind, number, len(content) > 0) for kind, number, content in server.request]
        self.assertEqual(kinds, [(1, 1, True), (4, 1, True), (4, 1, False), (5, 1, True), (5, 1, False)])
        self.assertEqual(server.body, b"body")

    def test_filtered_the_server_gets_the_variables_of_cgi(self) -> None:
        server = self.send(Call(HTTP_X_WORD="caf\xe9", AUTH_TYPE="Basic", SCRIPT_FILENAME="/x.php", HOME="/root"))
        variables = server.variables
        self.assertEqual(
            [variables.get(name) for name in ("HTTP_X_WORD", "AUTH_TYPE", "SCRIPT_FILENAME", "HOME", "QUERY_STRING")],
            ["caf\xe9", "Basic", None, None, ""],
        )
        self.assertEqual(variables["GATEWAY_INTERFACE"], "CGI/1.1")

    def test_unfiltered_it_gets_every_variable_in_capitals(self) -> None:
        call = Call(SCRIPT_FILENAME="/x.php", Mixed="no")
        variables = self.send(call, filterEnviron=False).variables
        self.assertEqual(
            (variables["SCRIPT_FILENAME"], "Mixed" in variables, "wsgi.version" in variables), ("/x.php", False, False)
        )

    def test_subclasses_choose_variables_as_with_flup(self) -> None:
        class Chosen(FCGIApp):
            _environPrefixes = ("MY_",)
            _environCopies = ("COPIED",)
            _environRenames = {"OLD": "NEW"}  # noqa: RUF012

        server = FakeServer()
        with Upstream(server) as upstream:
            Call(MY_A="1", COPIED="2", OLD="3", OTHER="4").run(Chosen(connect=upstream.address))
        self.assertEqual(
            server.variables,
            {"GATEWAY_INTERFACE": "CGI/1.1", "QUERY_STRING": "", "MY_A": "1", "COPIED": "2", "NEW": "3"},
        )

    def test_variables_fill_as_many_records_as_they_need_and_none_straddles(self) -> None:
        values = {f"HTTP_N{number}": "v" * 20_000 for number in range(9)}
        server = self.send(Call(**values))
        contents = [content for kind, _, content in server.request if kind == PARAMS and content]
        self.assertEqual(len(contents), 3)
        for content in contents:
            self.assertTrue(read_pairs([content]))
        self.assertEqual({name: server.variables[name] for name in values}, values)

    def test_bodies_go_whole_however_large(self) -> None:
        self.assertEqual(self.send(Call(LARGE)).body, LARGE)

    def test_a_body_whose_length_nobody_told_is_counted_first(self) -> None:
        call = Call(stream=io.BytesIO(LARGE))
        call.environ["wsgi.input_terminated"] = True
        server = self.send(call)
        self.assertEqual((server.body == LARGE, server.variables["CONTENT_LENGTH"]), (True, str(len(LARGE))))

    def test_without_length_and_end_there_is_no_body(self) -> None:
        self.assertEqual(self.send(Call(stream=io.BytesIO(b"the next request"))).body, b"")

    def test_what_cannot_be_passed_on_is_refused_by_name(self) -> None:
        app = FCGIApp(connect="/nowhere")
        for variables, error, message in (
            ({"HTTP_A": "a\0b"}, ValueError, "'HTTP_A'.* NUL"),
            ({"HTTP_A": "\u20ac"}, ValueError, "'HTTP_A'.* latin-1"),
            ({"HTTP_A": 5}, TypeError, "'HTTP_A'.* type int"),
            ({"HTTP_A": "a" * 65_528}, ValueError, "HTTP_A takes 655.. bytes.* 65528"),
            ({"CONTENT_LENGTH": "-1"}, ValueError, "CONTENT_LENGTH is '-1'"),
        ):
            with self.subTest(message), self.assertRaisesRegex(error, message):
                Call(**variables).begin(app)

    def test_a_body_that_ends_too_soon_ends_the_request(self) -> None:
        def serve(connection: socket.socket) -> None:
            with self.assertRaises(EOFError):
                receive_until(connection, STDIN_END)

        with Upstream(serve) as upstream, self.assertRaisesRegex(EOFError, "ends 3 bytes before its CONTENT_LENGTH"):
            Call(b"abc", CONTENT_LENGTH="6").begin(FCGIApp(connect=upstream.address))


class Replies(unittest.TestCase):
    def ask(self, reply: bytes, **variables: str) -> tuple:
        call = Call(**variables)
        with Upstream(FakeServer(reply)) as upstream:
            body = call.run(FCGIApp(connect=upstream.address))
        return call.status, call.headers, body, call.errors

    def test_golden_replies_are_read(self) -> None:
        plain = [("Content-Type", "text/plain")]
        for name, expected in {
            "F61": ("200 OK", plain, b"hi", ""),
            "F67": ("200 OK", plain, b"hi", "warn\nmore"),
            "F69": ("200 OK", [("Content-type", "text/html")], b"<p>", ""),
            "F70": ("302 Found", [("Location", "http://e/x")], b"", ""),
            "F71": ("302 Found", [("Location", "/y")], b"", ""),
            "F77": ("200 OK", plain, b"hi", ""),
        }.items():
            with self.subTest(name):
                self.assertEqual(self.ask(golden(name)), expected)
        with self.subTest("F65"):
            self.assertEqual(self.ask(golden("F61")[:56] + golden("F65"))[:3], ("200 OK", plain, b"hi"))

    def test_golden_faults_are_refused(self) -> None:
        for name, error, message in (
            ("F62", EOFError, "without a response"),
            ("F63", EOFError, "without a response"),
            ("F66", FastCgiError, "END_REQUEST with 4 bytes"),
            ("F73", FastCgiError, "answers request 2"),
            ("F74", FastCgiError, "answers request 0"),
            ("F75", EOFError, "before the end of the response"),
        ):
            self.assertIn(name, GOLDEN)
            with self.subTest(name), self.assertRaisesRegex(error, message):
                self.ask(golden(name))

    def test_a_server_that_refuses_the_request_is_quoted(self) -> None:
        for status, message in ((1, "another request"), (2, "overloaded"), (3, "no responder"), (9, "status 9")):
            with self.subTest(status), self.assertRaisesRegex(FastCgiError, message):
                self.ask(pack_end(1, status))

    def test_a_body_shorter_than_its_content_length_is_not_whole(self) -> None:
        reply = pack_record(STDOUT, 1, b"Content-Length: 9\n\nhello") + pack_end(1)
        with self.assertRaisesRegex(EOFError, "ends 4 bytes before its Content-Length"):
            self.ask(reply)
        self.assertEqual(
            self.ask(pack_record(STDOUT, 1, b"Content-Length: 9\n\n") + pack_end(1), REQUEST_METHOD="HEAD")[2], b""
        )

    def test_what_is_no_head_is_refused(self) -> None:
        with self.assertRaisesRegex(CgiHeadError, "not a header line: 'Traceback'"):
            self.ask(pack_record(STDOUT, 1, b"Traceback\n\n") + pack_end(1))
        with self.assertRaisesRegex(EOFError, "inside the head"):
            self.ask(pack_record(STDOUT, 1, b"Status: 200 OK\r\n") + pack_end(1))

    def test_standard_error_that_is_not_utf_8_is_shown_escaped(self) -> None:
        self.assertEqual(self.ask(pack_record(STDERR, 1, b"caf\xe9 caf\xc3\xa9\n") + HELLO)[3], "caf\\xe9 caf\xe9\n")

    def test_large_replies_come_whole(self) -> None:
        reply = b"".join(pack_stream(STDOUT, 1, PLAIN + LARGE)) + pack_end(1)
        self.assertEqual(self.ask(reply)[2], LARGE)

    def test_the_validator_has_nothing_to_say(self) -> None:
        with Upstream(FakeServer()) as upstream:
            call = Call(b"body", QUERY_STRING="")
            self.assertEqual(call.run(validator(FCGIApp(connect=upstream.address))), b"hello")


class Streaming(unittest.TestCase):
    def test_a_piece_is_passed_on_before_the_next_is_there(self) -> None:
        arrived = threading.Event()

        def serve(connection: socket.socket) -> None:
            receive_until(connection, STDIN_END)
            connection.sendall(pack_record(STDOUT, 1, PLAIN + b"one"))
            self.assertTrue(arrived.wait(20))
            connection.sendall(pack_record(STDOUT, 1, b"two") + pack_end(1))

        with Upstream(serve) as upstream:
            reply = Call().begin(FCGIApp(connect=upstream.address))
            self.assertEqual(next(reply), b"one")
            arrived.set()
            self.assertEqual(list(reply), [b"two"])

    def test_a_server_may_answer_before_it_reads(self) -> None:
        def serve(connection: socket.socket) -> None:
            connection.sendall(b"".join(pack_stream(STDOUT, 1, PLAIN + LARGE)))
            request = records_of(receive_until(connection, STDIN_END))
            self.assertEqual(b"".join([content for kind, _, content in request if kind == STDIN]), LARGE)
            connection.sendall(pack_end(1))

        with Upstream(serve) as upstream:
            self.assertEqual(Call(LARGE).run(FCGIApp(connect=upstream.address)), LARGE)

    def test_a_server_may_answer_and_leave_the_body_unread(self) -> None:
        def serve(connection: socket.socket) -> None:
            connection.recv(8)
            connection.sendall(HELLO)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1 << 20):
                pass

        with Upstream(serve) as upstream:
            self.assertEqual(Call(LARGE).run(FCGIApp(connect=upstream.address)), b"hello")

    def test_closing_the_iterable_hangs_up(self) -> None:
        def serve(connection: socket.socket) -> None:
            receive_until(connection, STDIN_END)
            connection.sendall(pack_record(STDOUT, 1, PLAIN + b"one"))
            self.assertEqual(connection.recv(1), b"")

        with Upstream(serve) as upstream:
            reply = Call().begin(FCGIApp(connect=upstream.address))
            self.assertEqual(next(reply), b"one")
            reply.close()
            reply.close()
            self.assertEqual(list(reply), [])

    def test_a_start_response_that_raises_hangs_up(self) -> None:
        def serve(connection: socket.socket) -> None:
            receive_until(connection, STDIN_END)
            connection.sendall(pack_record(STDOUT, 1, PLAIN))
            self.assertEqual(connection.recv(1), b"")

        def refuse(*_: object) -> None:
            raise ZeroDivisionError

        with Upstream(serve) as upstream, self.assertRaises(ZeroDivisionError):
            FCGIApp(connect=upstream.address)(Call().environ, refuse)


class Addresses(unittest.TestCase):
    def test_tcp_by_tuple_and_by_host_and_port(self) -> None:
        for arguments in (
            lambda host, port: {"connect": (host, port)},
            lambda host, port: {"host": host, "port": port},
        ):
            with Upstream(FakeServer(), socket.AF_INET) as upstream:
                self.assertEqual(Call().run(FCGIApp(**arguments(*upstream.address))), b"hello")

    def test_arguments_that_make_no_sense_are_refused(self) -> None:
        for arguments, error, message in (
            ({}, TypeError, "needs connect"),
            ({"host": "localhost"}, TypeError, "needs a port"),
            ({"connect": ("localhost",)}, TypeError, r"\('localhost',\)"),
            ({"command": "php-cgi"}, NotImplementedError, "spawn-fcgi"),
        ):
            with self.subTest(message), self.assertRaisesRegex(error, message):
                FCGIApp(**arguments)
        with self.assertRaisesRegex(TypeError, "SCGIApp needs connect"):
            SCGIApp()

    def test_nobody_there_is_told_with_the_address(self) -> None:
        with self.assertRaisesRegex(FileNotFoundError, "cannot connect to unix:/nowhere/at/all"):
            Call().begin(FCGIApp(connect="/nowhere/at/all"))
        with socket.socket() as unheard:
            unheard.bind(("127.0.0.1", 0))
            port = unheard.getsockname()[1]
            with self.assertRaisesRegex(ConnectionRefusedError, f"cannot connect to 127.0.0.1:{port}"):
                Call().begin(SCGIApp(host="127.0.0.1", port=port))

    def test_no_wait_is_longer_than_it_may_be(self) -> None:
        def serve(connection: socket.socket) -> None:
            receive_until(connection, STDIN_END)
            self.assertEqual(connection.recv(1), b"")

        with (
            Upstream(serve) as upstream,
            self.assertRaisesRegex(TimeoutError, "unix:.* did not answer in 0.05 seconds"),
        ):
            Call().begin(FCGIApp(connect=upstream.address, timeout_seconds=0.05))


class Scgi(unittest.TestCase):
    def ask(self, call: Call, reply: bytes = PLAIN + b"hello") -> tuple:
        received = []

        def serve(connection: socket.socket) -> None:
            received.append(receive_until(connection, call.environ["wsgi.input"].getvalue() or b","))
            connection.sendall(reply)

        with Upstream(serve) as upstream:
            body = call.run(SCGIApp(connect=upstream.address))
        length, _, rest = received[0].partition(b":")
        parts = rest[: int(length)].decode("latin-1").split("\0")
        return body, list(zip(parts[::2], parts[1::2])), rest[int(length) + 1 :]

    def test_a_request_is_its_headers_and_its_body(self) -> None:
        body, headers, sent = self.ask(Call(b"body", HTTP_X_WORD="caf\xe9"))
        self.assertEqual((body, sent), (b"hello", b"body"))
        self.assertEqual(headers[:2], [("CONTENT_LENGTH", "4"), ("SCGI", "1")])
        self.assertIn(("HTTP_X_WORD", "caf\xe9"), headers)
        self.assertEqual([name for name, _ in headers].count("CONTENT_LENGTH"), 1)

    def test_a_body_whose_length_nobody_told_is_counted_first(self) -> None:
        call = Call(stream=io.BytesIO(LARGE))
        call.environ["wsgi.input_terminated"] = True
        _, headers, sent = self.ask(call)
        self.assertEqual((headers[0][1], sent == LARGE), (str(len(LARGE)), True))

    def test_large_bodies_pass_both_ways(self) -> None:
        body, _, sent = self.ask(Call(LARGE), PLAIN + LARGE)
        self.assertEqual((body == LARGE, sent == LARGE), (True, True))

    def test_a_reply_that_is_cut_off_is_told_by_its_length(self) -> None:
        with self.assertRaisesRegex(EOFError, "ends 4 bytes before"):
            self.ask(Call(), b"Content-Length: 9\r\n\r\nhello")
        with self.assertRaisesRegex(EOFError, "without a response"):
            self.ask(Call(), b"")
        with self.assertRaisesRegex(EOFError, "inside the head"):
            self.ask(Call(), b"Content-Le")
