"""Where the gateway is looked for, and what is said where it, or Node, is missing."""

from __future__ import annotations

import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from sluice import _locate
from sluice._locate import GatewayNotFound, find_gateway, gateway_version

NODE = "#!/bin/sh\necho v22.1.0\n"
GATEWAY = '#!/bin/sh\nexec node "$0.js" "$@"\n'


class Locate(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name).resolve()
        self.bin = self.root / "bin"
        self.work = self.root / "work" / "deep"
        self.work.mkdir(parents=True)
        before = os.getcwd()
        os.chdir(self.work)
        self.addCleanup(os.chdir, before)
        # A checkout would find its own gateway.
        self.package_at(self.root / "site-packages" / "sluice")
        self.environ(PATH=str(self.bin), SLUICE_GATEWAY="")
        self.program("bin/node", NODE)

    def package_at(self, directory: Path) -> None:
        patch = mock.patch.object(_locate, "_HERE", str(directory))
        patch.start()
        self.addCleanup(patch.stop)

    def environ(self, **variables: str) -> None:
        patch = mock.patch.dict(os.environ, variables)
        patch.start()
        self.addCleanup(patch.stop)

    def program(self, path: str, text: str) -> str:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o755)
        return str(file)

    def gateway_package(self, path: str, version: str = "1.2.3") -> str:
        (self.root / path / "dist" / "bundle").mkdir(parents=True)
        (self.root / path / "dist" / "bundle" / "main.js").write_text("")
        (self.root / path / "package.json").write_text(f'{{"name": "@sluice/gateway", "version": "{version}"}}')
        return self.program(f"{path}/bin/sluice", GATEWAY)

    def assert_missing(self, *words: str) -> None:
        with self.assertRaises(GatewayNotFound) as caught:
            find_gateway()
        for word in words:
            self.assertIn(word, str(caught.exception))

    def test_takes_what_the_variable_names_before_anything_else(self) -> None:
        self.program("bin/sluice", GATEWAY)
        other = self.program("with space/gateway", GATEWAY)
        self.environ(SLUICE_GATEWAY=other)
        self.assertEqual(find_gateway(), [other])

    def test_takes_several_words_from_the_variable_without_asking_for_a_node_on_path(self) -> None:
        node = self.program("elsewhere/node", NODE)
        (self.bin / "node").unlink()
        self.environ(SLUICE_GATEWAY=f"{node} --no-warnings '/opt/a b/sluice.js'")
        self.assertEqual(find_gateway(), [node, "--no-warnings", "/opt/a b/sluice.js"])

    def test_says_which_program_of_the_variable_is_missing(self) -> None:
        self.environ(SLUICE_GATEWAY="/nowhere/sluice --fast")
        self.assert_missing("SLUICE_GATEWAY is '/nowhere/sluice --fast'", "no program /nowhere/sluice")

    def test_takes_the_program_on_path(self) -> None:
        path = self.program("bin/sluice", GATEWAY)
        self.assertEqual(find_gateway(), [path])

    def test_passes_over_the_scripts_that_python_packages_install_under_the_same_name(self) -> None:
        self.program("a/sluice", f"#!{sys.executable}\nimport sluice\n")
        self.program("b/sluice", "#!/bin/sh\n'''exec' /long/bin/python3.11 \"$0\" \"$@\"\n' '''\n")
        path = self.program("c/sluice", GATEWAY)
        self.environ(PATH=":".join(str(self.root / each) for each in ("a", "b", "c", "bin")))
        self.assertEqual(find_gateway(), [path])

    def test_does_not_look_into_the_working_directory_because_path_has_an_empty_part(self) -> None:
        self.program("work/deep/sluice", GATEWAY)
        self.environ(PATH=f":{self.bin}:")
        self.assert_missing("npm install -g @sluice/gateway")

    def test_takes_the_node_modules_of_the_working_directory_or_above(self) -> None:
        path = self.program("work/node_modules/.bin/sluice", GATEWAY)
        self.program("node_modules/.bin/sluice", GATEWAY)
        self.assertEqual(find_gateway(), [path])

    def test_takes_the_gateway_it_came_with_before_others(self) -> None:
        self.program("bin/sluice", GATEWAY)
        for place, package in (("npm/python/sluice", "npm"), ("top/python/src/sluice", "top/packages/gateway")):
            with self.subTest(place):
                path = self.gateway_package(package)
                self.package_at(self.root / place)
                self.assertEqual(find_gateway(), [path])

    def test_passes_over_a_checkout_that_is_not_built(self) -> None:
        self.package_at(self.root / "top" / "python" / "src" / "sluice")
        self.gateway_package("top/packages/gateway")
        (self.root / "top/packages/gateway/dist/bundle/main.js").unlink()
        self.assert_missing("this checkout is not built (run: npm start)")
        path = self.program("bin/sluice", GATEWAY)
        self.assertEqual(find_gateway(), [path])

    def test_finds_the_gateway_of_this_repository(self) -> None:
        top = Path(__file__).parents[2]
        self.package_at(top / "python" / "src" / "sluice")
        self.assertEqual(_locate._checkout(), str(top / "packages" / "gateway"))
        self.assertEqual(gateway_version([str(top / "packages" / "gateway" / "bin" / "sluice")]), "0.1.0")

    def test_says_what_to_install_where_there_is_no_gateway(self) -> None:
        self.assert_missing("npm install -g @sluice/gateway", "Node 20.19 or later", "SLUICE_GATEWAY")

    def test_says_what_to_install_where_there_is_no_node(self) -> None:
        self.program("bin/sluice", GATEWAY)
        (self.bin / "node").unlink()
        self.assert_missing("no node on PATH", "Install Node 20.19 or later")

    def test_refuses_a_node_that_is_too_old_or_does_not_run(self) -> None:
        self.program("bin/sluice", GATEWAY)
        for script, words in (
            ("echo v20.18.3", "is Node 20.18. Install Node 20.19 or later"),
            ("echo v8.0.0", "is Node 8.0. "),
            ("exit 1", "--version fails"),
            ("echo what", "--version fails"),
        ):
            with self.subTest(script):
                self.program("bin/node", f"#!/bin/sh\n{script}\n")
                self.assert_missing(words)

    def test_takes_the_oldest_node_that_will_do(self) -> None:
        path = self.program("bin/sluice", GATEWAY)
        self.program("bin/node", "#!/bin/sh\necho v20.19.0\n")
        self.assertEqual(find_gateway(), [path])

    def test_tells_the_version_of_a_gateway_through_the_links_of_npm(self) -> None:
        program = self.gateway_package("lib/node_modules/@sluice/gateway", "4.5.6")
        self.bin.joinpath("sluice").symlink_to(program)
        self.assertEqual(gateway_version(find_gateway()), "4.5.6")
        self.assertEqual(find_gateway("4.5.6"), find_gateway())
        with self.assertRaisesRegex(GatewayNotFound, "is version 4.5.6, this Python package is 4.5.7"):
            find_gateway("4.5.7")
        self.assertIsNone(gateway_version([self.program("bin/other", GATEWAY)]))
