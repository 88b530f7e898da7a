"""Resource limits: set before the application is imported, and named if that cannot be done."""

from __future__ import annotations

import resource
import unittest
from unittest import mock

from sluice._exceptions import LoadError
from sluice._limits import apply_limits
from sluice._wire import LOAD_FAILED
from tests.gateway import DEADLINE_SECONDS, Gateway


class Limits(unittest.TestCase):
    def test_hold_when_the_application_is_imported_and_after(self) -> None:
        with Gateway("limits", words=("limits=nofile:77,core:0,cpu:3600",)) as gateway:
            seen = gateway.get("").body.decode().split()
        self.assertEqual(seen, ["(77,77)", "(0,0)", "(3600,3605)"] * 2)

    def test_leave_alone_what_is_not_named(self) -> None:
        with mock.patch("resource.setrlimit") as setrlimit:
            apply_limits({})
            setrlimit.assert_not_called()

    def test_that_cannot_be_set_keep_the_application_from_being_loaded(self) -> None:
        gateway = Gateway("limits", words=(f"limits=nofile:{2**62}",))
        self.addCleanup(gateway.end)
        kind, _, payload = gateway.control.receive()
        self.assertEqual(kind, LOAD_FAILED)
        self.assertIn(f"rlimits.nofile = {2**62} cannot be set", payload.decode())
        self.assertEqual(gateway.process.wait(DEADLINE_SECONDS), 3)

    def test_that_only_root_may_raise_are_said_to_be_so(self) -> None:
        refusal = mock.patch("resource.setrlimit", side_effect=ValueError("not allowed to raise maximum limit"))
        limits = mock.patch("resource.getrlimit", return_value=(1024, 4096))
        with refusal, limits, self.assertRaises(LoadError) as caught:
            apply_limits({"nofile": 5000})
        self.assertIn("hard limit of this process is 4096, and only root may raise it", str(caught.exception))

    def test_of_processor_time_leave_time_for_a_signal_where_the_hard_limit_does(self) -> None:
        for hard, expected in ((resource.RLIM_INFINITY, 15), (12, 12), (10, 10), (5, 15)):
            setting = mock.patch("resource.setrlimit")
            getting = mock.patch("resource.getrlimit", return_value=(hard, hard))
            with self.subTest(hard), setting as setrlimit, getting:
                apply_limits({"cpu": 10})
                setrlimit.assert_called_once_with(resource.RLIMIT_CPU, (10, expected))

    def test_the_system_does_not_know_are_refused(self) -> None:
        with self.assertRaises(LoadError) as caught:
            apply_limits({"colour": 1})
        self.assertIn("rlimits.colour: this system has no such limit", str(caught.exception))

    def test_with_words_that_make_no_sense_are_refused(self) -> None:
        for text in ("nofile", "nofile:x", "no-file:3", ":3"):
            with self.subTest(text):
                gateway = Gateway("limits", words=(f"limits={text}",))
                self.addCleanup(gateway.end)
                self.assertRaises(EOFError, gateway.control.receive)
                self.assertEqual(gateway.process.wait(DEADLINE_SECONDS), 2)
