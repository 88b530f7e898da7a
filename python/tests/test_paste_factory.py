"""The entry points of PasteDeploy: strings become what the servers of flup take."""

from __future__ import annotations

import sys
import unittest
from types import ModuleType
from typing import Any
from unittest import mock

from sluice.flup.server import paste_factory

AT_PORT = {"bindAddress": ("localhost", 8009), "allowedServers": ["127.0.0.1"], "debug": False}


def application(environ: object, start_response: object) -> list[bytes]:
    raise NotImplementedError


class PasteFactory(unittest.TestCase):
    def arguments(self, runner: str, global_conf: dict[str, str] | None = None, **settings: object) -> dict[str, Any]:
        """Call a runner with a recorder in the place of its server, and return what that was called with."""
        module = {
            "run_ajp_thread": "ajp",
            "run_fcgi_thread": "fcgi",
            "run_scgi_thread": "scgi",
            "run_ajp_fork": "ajp_fork",
            "run_fcgi_fork": "fcgi_fork",
            "run_scgi_fork": "scgi_fork",
        }[runner]
        server = ModuleType(module)
        recorder = mock.MagicMock()
        server.WSGIServer = recorder  # type: ignore[attr-defined]
        with mock.patch.dict(sys.modules, {f"sluice.flup.server.{module}": server}):
            self.assertIsNone(getattr(paste_factory, runner)(application, global_conf, **settings))
        (given,), arguments = recorder.call_args
        self.assertIs(given, application)
        recorder.return_value.run.assert_called_once_with()
        return dict(arguments)

    def assert_refused(self, error: type[Exception], words: str, runner: str, **settings: object) -> None:
        with self.assertRaisesRegex(error, words):
            self.arguments(runner, **settings)

    def test_needs_no_setting(self) -> None:
        self.assertEqual(self.arguments("run_ajp_thread"), AT_PORT)
        self.assertEqual(self.arguments("run_ajp_fork", {}), AT_PORT)
        scgi = {**AT_PORT, "bindAddress": ("localhost", 4000)}
        self.assertEqual(self.arguments("run_scgi_thread"), scgi)
        self.assertEqual(self.arguments("run_scgi_fork"), scgi)
        self.assertEqual(self.arguments("run_fcgi_thread"), {"bindAddress": None, "debug": False})
        self.assertEqual(self.arguments("run_fcgi_fork"), {"bindAddress": None, "debug": False})

    def test_reads_every_setting_of_threads(self) -> None:
        pool = {"minSpare": "1", "maxSpare": "2", "maxThreads": "3"}
        numbers = {"minSpare": 1, "maxSpare": 2, "maxThreads": 3}
        for runner in ("run_ajp_thread", "run_scgi_thread"):
            given = {"scriptName": "/app", "host": "0.0.0.0", "port": "9", "allowedServers": "10.0.0.1 10.0.0.2"}
            self.assertEqual(
                self.arguments(runner, debug="yes", **given, **pool),
                {
                    "bindAddress": ("0.0.0.0", 9),
                    "scriptName": "/app",
                    "allowedServers": ["10.0.0.1", "10.0.0.2"],
                    "debug": True,
                    **numbers,
                },
            )
        self.assertEqual(
            self.arguments("run_fcgi_thread", socket="/run/a.sock", umask="002", multiplexed="off", **pool),
            {"bindAddress": "/run/a.sock", "umask": 2, "multiplexed": False, "debug": False, **numbers},
        )

    def test_reads_every_setting_of_processes(self) -> None:
        pool = {"minSpare": "1", "maxSpare": "2", "maxChildren": "3", "maxRequests": "4"}
        numbers = {name: int(text) for name, text in pool.items()}
        self.assertEqual(self.arguments("run_ajp_fork", **pool), {**AT_PORT, **numbers})
        self.assertEqual(
            self.arguments("run_fcgi_fork", host="127.0.0.1", port="9000", **pool),
            {"bindAddress": ("127.0.0.1", 9000), "debug": False, **numbers},
        )

    def test_takes_objects_in_place_of_strings(self) -> None:
        arguments = self.arguments("run_scgi_fork", port=1, allowedServers=("a", "b"), debug=True, maxRequests=5)
        self.assertEqual(arguments["bindAddress"], ("localhost", 1))
        self.assertEqual((arguments["allowedServers"], arguments["maxRequests"]), (["a", "b"], 5))

    def test_takes_debug_from_the_whole_file_unless_the_server_says_so_itself(self) -> None:
        self.assertIs(self.arguments("run_ajp_thread", {"debug": "true"})["debug"], True)
        self.assertIs(self.arguments("run_ajp_thread", {"debug": "true"}, debug="false")["debug"], False)

    def test_reads_a_umask_as_it_is_meant(self) -> None:
        for text, umask in (("022", 0o22), ("0o22", 0o22), ("0", 0), ("18", 18), (18, 18)):
            with self.subTest(text):
                self.assertEqual(self.arguments("run_fcgi_thread", umask=text)["umask"], umask)

    def test_says_which_setting_is_wrong(self) -> None:
        self.assert_refused(ValueError, "port = ajp: ", "run_ajp_thread", port="ajp")
        self.assert_refused(
            ValueError, "multiplexed = perhaps: not a word for", "run_fcgi_thread", multiplexed="perhaps"
        )
        self.assert_refused(
            TypeError, "ajp has no setting 'maxChildren'; it has host, port", "run_ajp_thread", maxChildren=1
        )
        self.assert_refused(ValueError, "socket, or host and port", "run_fcgi_thread", socket="/s", port="1")
        self.assert_refused(ValueError, "belong together", "run_fcgi_thread", host="localhost")
        self.assert_refused(ValueError, "belong together", "run_fcgi_fork", port="1")

    def test_knows_the_words_of_flup(self) -> None:
        for word in ("true", " Yes", "ON", "y", "t", "1", 1, True):
            self.assertIs(paste_factory.asbool(word), True)
        for word in ("false", "no ", "OFF", "n", "f", "0", 0, None):
            self.assertIs(paste_factory.asbool(word), False)
        for value, items in (("a  b", ["a", "b"]), (("a",), ["a"]), (None, []), (5, [5]), ("", [])):
            self.assertEqual(paste_factory.aslist(value), items)
