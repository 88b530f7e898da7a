"""flup's servers as scripts use them: sockets, signals, arguments, with a gateway that only the tests have."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import unittest

from tests import SOURCE_DIRECTORY
from tests.gateway import DEADLINE_SECONDS
from tests.script import Script

START = """
from sluice.flup.server.{server} import WSGIServer
address = directory + "/socket"
before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
answer = WSGIServer(make(), {arguments}).run()
print(answer, before == [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)])
"""


def start(server: str, arguments: str = "bindAddress=address") -> str:
    return START.format(server=server, arguments=arguments)


class Run(unittest.TestCase):
    def test_serves_the_object_with_flups_flags_and_returns_what_flup_returns(self) -> None:
        flags = {"fcgi": [True, False], "fcgi_fork": [False, True], "fcgi_single": [False, False]}
        for server, expected in {**flags, "scgi": [True, False], "scgi_fork": [False, True]}.items():
            with self.subTest(server), Script(start(server)) as script:
                facts = json.loads(script.ask("/"))
                self.assertEqual((facts["flags"], facts["main"]), (expected, server not in ("fcgi", "scgi")))
                self.assertEqual(facts["pid"] == script.process.pid, not server.endswith("_fork"))
                self.assertEqual(script.end(signal.SIGTERM), "False True\n")
                self.assertFalse(os.path.exists(script.address))

    def test_what_environ_says_is_on_top(self) -> None:
        with Script(start("fcgi", "{'EXTRA': 'mine', 'wsgi.multithread': 7}, False, bindAddress=address")) as script:
            facts = json.loads(script.ask("/"))
            self.assertEqual((facts["extra"], facts["flags"]), ("mine", [False, False]))
            script.end(signal.SIGINT)

    def test_the_umask_is_for_the_socket_only(self) -> None:
        text = start("scgi", "bindAddress=address, umask=0o117").replace("print(", "print(oct(os.umask(0)), ")
        with Script(text) as script:
            script.ask("/")
            self.assertEqual(os.stat(script.address).st_mode & 0o777, 0o660)
            self.assertNotIn("0o117", script.end(signal.SIGTERM))

    def test_an_address_that_cannot_be_had_is_an_error_of_the_system(self) -> None:
        with Script(start("fcgi", "bindAddress=directory + '/none/socket'")) as script:
            script.end()
            self.assertRegex(script.errors(), "FileNotFoundError: .*bindAddress '/.*/none/socket'")

    def test_a_file_that_is_no_socket_is_left_alone(self) -> None:
        text = "open(directory + '/socket', 'w').write('precious')\n" + start("fcgi")
        with Script(text) as script:
            script.end()
            with open(script.address) as file:
                self.assertEqual(file.read(), "precious")
            self.assertIn("Address already in use", script.errors())

    def test_cherrypys_way_of_stopping(self) -> None:
        text = """
from sluice.flup.server.fcgi import WSGIServer
server = WSGIServer(make(), bindAddress=directory + "/socket")
server._installSignalHandlers = lambda: None
server._oldSIGs = []
thread = threading.Thread(target=lambda: print(server.run()))
thread.start()
input()
server._keepGoing = False
server._threadPool.maxSpare = server._threadPool._idleCount + 1
thread.join()
"""
        with Script("", SLUICE_TEST="1") as script:
            script.end()
            with open(script.directory / "script.py", "a") as file:
                file.write(text)
            script.start(subprocess.PIPE)
            script.ask("/")
            self.assertEqual(script.process.communicate("\n", timeout=DEADLINE_SECONDS)[0], "False\n")


class Words(unittest.TestCase):
    """What the gateway is told."""

    def words(self, server: str, arguments: str, **environment: str) -> str:
        with Script(start(server, "bindAddress=address, " + arguments), **environment) as script:
            words = script.ask("/words")
            script.end(signal.SIGTERM)
            return words

    def test_of_threads(self) -> None:
        words = self.words("fcgi", "maxThreads=32")
        self.assertIn("--threads 4 --processes 1-8", words)
        self.assertIn("--queue-timeout 60s", words)
        self.assertIn("--request-timeout 24h", words)
        self.assertIn("--no-debug", words)

    def test_of_children(self) -> None:
        words = self.words("scgi_fork", "maxSpare=2, maxChildren=7, maxRequests=100, timeout=2.5, debug=True")
        for flags in ("--threads 1 --processes 2-7", "--recycle-requests 100", "--request-timeout 2500ms", "--debug"):
            self.assertIn(flags, words)
        self.assertNotIn("24h", words)

    def test_of_mount_points(self) -> None:
        self.assertIn("--mount /app", self.words("ajp", "scriptName='/app/'"))
        self.assertIn("--ajp-attribute WSGI_SCRIPT_NAME", self.words("ajp", ""))
        self.assertNotIn("--mount", self.words("scgi", "scriptName=None"))

    def test_who_may_connect_is_for_networks(self) -> None:
        self.assertNotIn("--allow", self.words("scgi", "allowedServers=['10.0.0.1']"))
        self.assertNotIn("--allow", self.words("fcgi", "", FCGI_WEB_SERVER_ADDRS="10.0.0.1, 10.0.0.2"))


class Descriptor(unittest.TestCase):
    def test_zero_is_served_and_stays_with_whoever_has_it(self) -> None:
        text = start("fcgi", "").replace("print(", "sys.exit(42 if answer else 0); print(")
        with Script("") as script, socket.socket(socket.AF_UNIX) as listening:
            script.end()
            with open(script.directory / "script.py", "a") as file:
                file.write(text)
            listening.bind(script.address)
            listening.listen()
            for number, status in ((signal.SIGHUP, 42), (signal.SIGTERM, 0)):
                script.start(listening)
                self.assertEqual(json.loads(script.ask("/"))["count"], 1)
                script.end(number)
                self.assertEqual(script.process.returncode, status)
            self.assertTrue(os.path.exists(script.address))

    def test_anything_else_is_plain_cgi_once(self) -> None:
        for server, arguments in (("fcgi", ""), ("fcgi_fork", ""), ("fcgi_single", ""), ("fcgi", "forceCGI=True")):
            variables = {"REQUEST_METHOD": "GET", "REQUEST_URI": "/a?x=1", "PATH_INFO": "/a", "EXTRA": "from outside"}
            with self.subTest(server), Script(start(server, arguments), **variables) as script:
                output = script.end()
                self.assertEqual(script.process.returncode, 0)
                head, body = output.split("\n\n")
                self.assertIn("Status: 200 OK", head)
                self.assertEqual(json.loads(body)["flags"], [False, True])
                self.assertEqual(json.loads(body)["extra"], "from outside")

    def test_the_environment_may_force_cgi(self) -> None:
        with Script("", FCGI_FORCE_CGI="y", REQUEST_METHOD="GET") as script, socket.socket(socket.AF_UNIX) as listening:
            script.end()
            with open(script.directory / "script.py", "a") as file:
                file.write(start("fcgi", ""))
            listening.bind(script.address)
            listening.listen()
            script.start(listening)
            self.assertIn("Status: 200 OK", script.end())


class HandOver(unittest.TestCase):
    @unittest.skipUnless(sys.platform == "linux", "hand-over is for Linux only")
    def test_whoever_connects_between_two_runs_is_answered_by_the_second(self) -> None:
        text = start("fcgi").replace("print(", "sys.exit(42 if answer else 0); print(")
        with Script(text) as script:
            script.ask("/")
            inode = os.stat(script.address).st_ino
            script.end(signal.SIGHUP)
            self.assertEqual(script.process.returncode, 42)
            with script.connect() as waiting:
                waiting.sendall(b"/\n")
                script.start()
                with waiting.makefile() as file:
                    self.assertEqual(json.loads(file.read())["pid"], script.process.pid)
            self.assertEqual(os.stat(script.address).st_ino, inode)
            script.end(signal.SIGTERM)
            self.assertEqual(script.errors(), "")

    def test_can_be_turned_off(self) -> None:
        with Script(start("fcgi"), SLUICE_HANDOVER_SECONDS="0") as script:
            script.ask("/")
            script.end(signal.SIGHUP)
            with socket.socket(socket.AF_UNIX) as late, self.assertRaises(ConnectionRefusedError):
                late.connect(script.address)

    @unittest.skipUnless(sys.platform == "linux", "hand-over is for Linux only")
    def test_ends_when_nobody_comes(self) -> None:
        with Script(start("fcgi"), SLUICE_HANDOVER_SECONDS="0.2") as script:
            script.ask("/")
            script.end(signal.SIGHUP)
            with script.connect() as waiting, self.assertRaises(ConnectionResetError):
                waiting.recv(1)


class Cgi(unittest.TestCase):
    def test_is_a_server_of_its_own(self) -> None:
        code = """
from sluice.flup.server.cgi import WSGIServer
def app(environ, start_response):
    start_response("201 Made", [("X-Length", str(len(environ["wsgi.input"].read(5))))])
    return ["text, not bytes"]
WSGIServer(app).run()
"""
        environment = {"PYTHONPATH": str(SOURCE_DIRECTORY), "REQUEST_METHOD": "POST", "CONTENT_LENGTH": "5"}
        command = [sys.executable, "-c", code]
        result = subprocess.run(command, env=environment, input=b"hello", capture_output=True, timeout=60, check=True)
        self.assertRegex(result.stdout, rb"\AStatus: 201 Made\r\nX-Length: 5\r\n[^!]*\r\n\r\ntext, not bytes\Z")


if __name__ == "__main__":
    unittest.main()
