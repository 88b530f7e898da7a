"""The table of arguments: it names exactly what the constructors take, and they take exactly what flup's do."""

from __future__ import annotations

import inspect
import unittest
from importlib import import_module

from sluice.flup import _workers
from sluice.flup._arguments import ACCEPTED, ARGUMENTS, IGNORED, PARTLY, arguments_of

SERVERS = ("fcgi", "fcgi_fork", "fcgi_single", "ajp", "ajp_fork", "scgi", "scgi_fork", "cgi")
# What flup's constructors have, in their order; scripts give them by position too.
FLUP = {
    "fcgi": "application environ multithreaded multiprocess bindAddress umask multiplexed debug roles forceCGI kw",
    "fcgi_fork": "application environ bindAddress umask multiplexed debug roles forceCGI timeout kw",
    "fcgi_single": "application environ bindAddress umask multiplexed debug roles forceCGI kw",
    "ajp": "application scriptName environ multithreaded multiprocess bindAddress allowedServers loggingLevel debug kw",
    "ajp_fork": "application scriptName environ bindAddress allowedServers loggingLevel debug timeout kw",
    "scgi": (
        "application scriptName environ multithreaded multiprocess bindAddress umask allowedServers loggingLevel "
        "debug kw"
    ),
    "scgi_fork": "application scriptName environ bindAddress umask allowedServers loggingLevel debug timeout kw",
    "cgi": "application",
}


def server(name: str) -> type:
    found: type = import_module(f"sluice.flup.server.{name}").WSGIServer
    return found


def parameters(function: object, *, skipped: tuple[str, ...] = ("self",)) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name not in skipped]  # type: ignore[arg-type]


def keywords(name: str) -> list[str]:
    """The arguments that a server passes on to its threads or its children."""
    if name.endswith("_fork"):
        return parameters(_workers.forked, skipped=("timeout",))
    if name in ("fcgi", "ajp", "scgi"):
        return parameters(_workers.threaded, skipped=("is_multithread", "is_multiprocess"))
    return []


class Signatures(unittest.TestCase):
    def test_are_those_of_flup(self) -> None:
        for name in SERVERS:
            with self.subTest(name):
                self.assertEqual(parameters(server(name).__init__), FLUP[name].split())

    def test_are_what_the_table_says(self) -> None:
        for name in SERVERS:
            with self.subTest(name):
                taken = {*parameters(server(name).__init__, skipped=("self", "kw")), *keywords(name)}
                self.assertEqual(taken, {argument.name for argument in arguments_of(name)})

    def test_unknown_arguments_are_refused(self) -> None:
        for name in SERVERS:
            if name != "fcgi_single":  # which drops them, in flup too
                with self.subTest(name), self.assertRaises(TypeError):
                    server(name)(print, maxThreds=3)

    def test_what_flup_drops_is_dropped(self) -> None:
        server("fcgi")(print, jobClass=None, jobArgs=())
        server("fcgi_fork")(print, multithreaded=True, multiprocess=False)

    def test_an_application_has_to_be_callable(self) -> None:
        with self.assertRaisesRegex(TypeError, "not callable"):
            server("fcgi")("mysite.wsgi:application")


class Table(unittest.TestCase):
    def test_names_each_argument_once(self) -> None:
        names = [argument.name for argument in ARGUMENTS]
        self.assertEqual(len(names), len(set(names)))

    def test_has_a_fate_and_a_note_for_each(self) -> None:
        for argument in ARGUMENTS:
            with self.subTest(argument.name):
                self.assertIn(argument.fate, (ACCEPTED, IGNORED, PARTLY))
                self.assertTrue(argument.note)
                self.assertLessEqual(set(argument.servers), set(SERVERS))


class Values(unittest.TestCase):
    def test_roles_other_than_responder_are_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "only the responder"):
            server("fcgi")(print, roles=(1, 2))

    def test_a_script_name_has_to_be_a_path(self) -> None:
        with self.assertRaisesRegex(ValueError, "begin with a slash"):
            server("ajp")(print, scriptName="app")

    def test_threads_never_exceed_their_maximum(self) -> None:
        from sluice._server import split

        for most in (*range(1, 60), 250):
            for least in range(1, most + 1):
                each, workers = split((least, most))
                assert isinstance(workers, tuple)
                self.assertEqual(each * workers[1], most)
                self.assertLessEqual(each * workers[0], least)
                self.assertGreaterEqual(workers[0], 1)

    def test_numbers_of_threads_are_checked_as_in_flup(self) -> None:
        for wrong in ({"minSpare": 0}, {"minSpare": 3, "maxSpare": 2}):
            with self.subTest(wrong), self.assertRaises(ValueError):
                server("scgi")(print, **wrong)
        with self.assertRaisesRegex(ValueError, "sockTimeout"):
            server("scgi_fork")(print, sockTimeout=-1)

    def test_without_multithreading_there_is_one_thread(self) -> None:
        workers = _workers.threaded(False, False, maxThreads=20)
        self.assertEqual((workers.threads, workers.is_multithread), ((1, 1), False))


if __name__ == "__main__":
    unittest.main()
