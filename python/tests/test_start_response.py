"""start_response: when it may be called and with what (PEP 3333)."""

from __future__ import annotations

from tests.support import WorkerTestCase

REFUSED = {
    "status bytes": "status must be a str, not bytes",
    "status int": "status must be a str, not int",
    "status short": "three digits, a space and a reason, not '200'",
    "status letters": "not 'abc Def'",
    "status small": "not '099 Small'",
    "status digits": "three digits",
    "status newline": "status holds control characters",
    "status unicode": "status holds characters that are not latin-1",
    "headers tuple": "headers must be a list of tuples, not tuple",
    "headers dict": "headers must be a list of tuples, not dict",
    "header list": "a tuple of name and value, not ['A', 'b']",
    "header three": "a tuple of name and value",
    "header str": "a tuple of name and value, not 'Ab'",
    "name bytes": "must be str",
    "name empty": "not a header name: ''",
    "name colon": "not a header name: 'A:'",
    "name space": "not a header name: 'A b'",
    "name unicode": "not latin-1",
    "name latin": "not a header name",
    "name status": "header named Status",
    "value bytes": "must be str",
    "value int": "must be str",
    "value none": "must be str",
    "value newline": "A holds control characters",
    "value return": "A holds control characters",
    "value nul": "A holds control characters",
    "value tab": "A holds control characters",
    "value delete": "A holds control characters",
    "value unicode": "A holds characters that are not latin-1",
    "hop connection": "Connection is a hop-by-hop header",
    "hop chunked": "transfer-encoding is a hop-by-hop header",
    "length words": "not a Content-Length: 'five'",
    "length negative": "not a Content-Length: '-1'",
    "length empty": "not a Content-Length: ''",
    "length twice": "Content-Length is given more than once",
    "huge": "at most 262144 are allowed",
    "many": "at most 262144 are allowed",
}


class StartResponse(WorkerTestCase):
    def test_refuses_what_is_not_a_legal_status_or_header(self) -> None:
        for case, message in REFUSED.items():
            with self.subTest(case):
                result = self.get("start_response:given", TEST_CASE=case)
                self.assertIsNone(result.status)
                self.assert_text(result.failure, message, "in given")

    def test_must_be_called_before_the_first_bytes(self) -> None:
        for app in ("never", "never_generator", "never_empty"):
            with self.subTest(app):
                self.assert_failed(self.get(f"start_response:{app}"), "AssertionError", "did not call start_response")

    def test_may_not_be_called_twice_without_exc_info(self) -> None:
        self.assert_failed(self.get("start_response:twice"), "AssertionError", "a second time without exc_info")

    def test_replaces_the_head_with_exc_info_while_nothing_was_sent(self) -> None:
        result = self.get("conforming:replaced")
        self.assertEqual(result.status, "500 Sorry")
        self.assertIn("X-Second", result.headers)

    def test_raises_the_exception_of_exc_info_once_bytes_were_sent(self) -> None:
        result = self.get("start_response:after_first_bytes")
        self.assert_aborted(result, "LookupError: the original error", "in after_first_bytes")
        self.assertEqual((result.status, result.body), ("200 OK", b"sent"))

    def test_may_not_be_called_twice_after_write_either(self) -> None:
        for app in ("after_write", "empty_exc_info"):
            with self.subTest(app):
                result = self.get(f"start_response:{app}")
                self.assert_aborted(result, "AssertionError")
                self.assertEqual(result.body, b"sent")

    def test_keeps_latin_1_as_it_is(self) -> None:
        result = self.get("conforming:latin")
        self.assertEqual(result.status, "200 Tr\u00e8s bien")
        self.assertEqual(result.headers["X-Name"], "caf\u00e9 \u00c3\u00a9")
