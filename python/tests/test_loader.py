"""app=: what can be named, and what is said when it cannot be loaded."""

from __future__ import annotations

import unittest

from sluice._wire import LOAD_FAILED
from tests.gateway import APPS_DIRECTORY, Gateway

TARGETS = APPS_DIRECTORY / "targets"
DIRECTORY = f"directory={TARGETS}"

LOADED = {
    "named": b"application",
    "named:app": b"app",
    "named:Holder.inner.call": b"inner",
    "named:factory()": b"((), {})",
    "named:factory(1, 'a:b', key=[None, True])": b"((1, 'a:b'), {'key': [None, True]})",
    "only_app": b"app",
    "named.py": b"application",
    "./named.py:app": b"app",
    f"{TARGETS}/named.py:factory('x')": b"(('x',), {})",
    "./odd-name.wsgi": b"_sluice_application",
    # The module of the same name beside it is another file.
    "./only_app.wsgi": b"app",
    "shop.wsgi": b"app",
    "unfit:Response": b"class",
    "unfit:fits": b"fits",
    "unfit:partial": b"class",
    "unfit:wrapped": b"wrapped",
}

REFUSED = {
    "missing": (f"No module named 'missing' in {TARGETS}, the directory of the application, and in the packages of /",),
    "missing.part": (f"No module named 'missing' in {TARGETS}",),
    "leaf": (f"there is one in {TARGETS}/branch: make that the directory (app.directory)",),
    "targets.named": (f"there is one in {TARGETS.parent}: make that",),
    "named.app": ("No module named 'named.app'; did you mean named:app?",),
    "shop.missing": (f"No module named 'shop.missing'; shop is in {TARGETS}/shop/__init__.py",),
    "shop": ("shop has neither 'application' nor 'app'; did you mean shop.wsgi?",),
    "shop.asgi": ("shop.asgi is asynchronous, an ASGI application", "; did you mean shop.wsgi?"),
    "./shop/needy.py": ("Traceback", f"; there is one in {TARGETS}/branch: make that the directory"),
    "needy": ("Traceback", "No module named 'no_such_package'", f"It was looked for in {TARGETS}, "),
    "unfit": ("unfit has neither", 'did you mean "unfit:create_app()"?'),
    "unfit:asgi": ("unfit:asgi is asynchronous, an ASGI application", "; the package a2wsgi"),
    "unfit:asgi_object": ("unfit:asgi_object is asynchronous",),
    "unfit:create_app": ("unfit:create_app takes 1 ", 'if it makes the application, write "unfit:create_app()"'),
    "unfit:method": ("unfit:method takes 1 argument, and WSGI gives an application 2, environ and start_response\n",),
    "unfit:Strict": ("unfit:Strict takes 1 argument",),
    "unfit:three": ("unfit:three takes 3 arguments",),
    "named:aplication": ("named has no 'aplication'; did you mean application?",),
    "named:Holder.innr": ("named has no 'innr'; did you mean inner?",),
    "named:zzz": ("named has no 'zzz'\n",),
    "named:number": ("named:number is not callable: it is of type int",),
    "named:number()": ("named:number is not a factory: it is of type int",),
    "named:factory(open('x'))": ("a factory takes literal arguments only",),
    "named:factory(**{})": ("a factory takes literal arguments only",),
    "named:factory(": ("a factory takes literal arguments only",),
    "nothing": ("nothing has neither 'application' nor 'app'; name it: nothing:NAME",),
    "not a module": ("not a module name: 'not a module'",),
    "missing.py": (f"there is no file {TARGETS}/missing.py\n",),
    "./named:app": (f"there is no file {TARGETS}/named; did you mean {TARGETS}/named.py?",),
    "broken": ("Traceback", "in explode", "RuntimeError: while imported"),
    "./wrong_syntax.wsgi": ("SyntaxError", "wrong_syntax.wsgi", "line 1"),
    "quits": ("SystemExit: no thanks",),
}


class Loader(unittest.TestCase):
    def test_loads_what_app_can_name(self) -> None:
        for app, body in LOADED.items():
            with self.subTest(app), Gateway(app, words=(DIRECTORY,)) as gateway:
                self.assertEqual(gateway.get("").body, body)

    def test_loads_a_file_whose_neighbours_it_imports_from_another_directory(self) -> None:
        with Gateway(f"{TARGETS}/only_app.py", words=("directory=/",)) as gateway:
            self.assertEqual(gateway.get("").body, b"app")

    def test_says_why_it_cannot_load_and_exits_with_status_3(self) -> None:
        for app, words in REFUSED.items():
            with self.subTest(app):
                gateway = Gateway(app, words=(DIRECTORY,))
                try:
                    kind, _, payload = gateway.control.receive()
                    self.assertEqual(kind, LOAD_FAILED)
                    for word in words:
                        self.assertIn(word, payload.decode())
                    self.assertNotIn("sluice/_", payload.decode())
                    self.assertRaises(EOFError, gateway.control.receive)
                finally:
                    self.assertEqual(gateway.end(), 3)

    def test_says_that_a_directory_does_not_exist(self) -> None:
        gateway = Gateway("named", words=("directory=/nonexistent",))
        try:
            kind, _, payload = gateway.control.receive()
            self.assertEqual(kind, LOAD_FAILED)
            reason = "the directory of the application, /nonexistent: No such file or directory\n"
            self.assertEqual(payload.decode(), reason)
        finally:
            self.assertEqual(gateway.end(), 3)
