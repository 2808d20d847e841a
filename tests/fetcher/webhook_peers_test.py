"""seekd-fetcher tells webhooks: what is posted, to whom, signed with what, and what receivers may make of it.

usage: webhook_peers_test.py BIN_FOLDER
"""

import base64
import hashlib
import hmac
import json
import os
import time
import unittest

from door import Case, head, whole

KEY = b"a key of twenty-four by."
WEBHOOKS = """
[fetcher]
transfer_timeout = "12s"

[[egress.webhook]]
name = "chat"
url = "https://docs.example.org:{web}/hooks/42?room=a"
key_file = "{folder}/chat.key"

[[egress.webhook]]
name = "plain"
url = "http://plain.example.org:{plain}/hook"

[[egress.webhook]]
name = "metadata"
url = "https://metadata.example.org:{web}/"

[[egress.webhook]]
name = "slow"
url = "https://docs.example.org:{web}/slow"
"""


class Telling(Case):
    @classmethod
    def more_servers(cls, folder, contexts):
        (folder / "chat.key").write_text("whsec_" + base64.b64encode(KEY).decode() + "\n")
        os.chmod(folder / "chat.key", 0o600)
        (folder / "seekd.toml.d").mkdir()
        (folder / "seekd.toml.d" / "webhooks.toml").write_text(
            WEBHOOKS.format(plain=cls.plain.port, web=cls.web.port, folder=folder))
        return []

    def setUp(self):
        self.site.pages.clear()
        self.web.requests.clear()
        self.plain.requests.clear()
        self.told = []

    def take(self, path, answer=b"HTTP/1.1 204 No Content\r\n\r\n", after=0):
        """The receiver at that path: keeps each body, then answers."""
        def reply(request, connection):
            self.told.append((request, request.body))
            time.sleep(after)
            connection.sendall(answer)
        self.site.pages[path] = reply

    def tell(self, webhook="chat", body='{"event": 7}', **fields):
        status, lines = self.fetcher.request("POST", "/notice", json.dumps({"webhook": webhook, "id": "seekd-7", "body": body, **fields}))
        self.assertEqual(status, 200, lines)
        return json.loads(lines)

    def test_a_notice_is_posted_as_it_is_and_signed(self):
        self.take("/hooks/42?room=a")
        body = json.dumps({"answer": "Port 7311 – “new”", "event": 7})
        verdict = self.tell(body=body, trace_id="0af7651916cd43dd8448eb211c80319c")
        self.assertEqual((verdict["outcome"], verdict["reason"], verdict["http_status"]), ("delivered", "allowed", 204), verdict)
        (request, posted), = self.told
        self.assertEqual(posted, body.encode())
        self.assertEqual((request.method, request.headers["content-type"]), ("POST", "application/json"))
        self.assertEqual(request.headers["webhook-id"], "seekd-7")
        signed = f"seekd-7.{request.headers['webhook-timestamp']}.".encode() + posted
        code = base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
        self.assertEqual(request.headers["webhook-signature"], f"v1,{code}")
        self.assertLess(abs(int(request.headers["webhook-timestamp"]) - time.time()), 60)
        for name in request.headers:  # a trace is ours alone
            self.assertNotIn("trace", name)
        log = self.fetcher.log.read_text()
        self.assertIn("notice outcome=delivered reason=allowed provenance=webhook webhook=chat status=204", log)
        self.assertIn("trace_id=0af7651916cd43dd8448eb211c80319c", log)
        self.assertNotIn("7311", log)
        self.assertNotIn(base64.b64encode(KEY).decode(), log)

    def test_without_a_key_nothing_is_signed(self):
        self.take("/hook")
        self.assertEqual(self.tell("plain")["outcome"], "delivered")
        self.assertEqual(self.told[0][0].headers["webhook-id"], "seekd-7")
        self.assertNotIn("webhook-signature", self.told[0][0].headers)

    def test_a_redirect_is_followed_nowhere(self):
        for status in (301, 302, 303, 307, 308):
            self.take("/hooks/42?room=a", head(status, "Location: /elsewhere", "Content-Length: 0"))
            verdict = self.tell()
            self.assertEqual((verdict["outcome"], verdict["reason"], verdict["http_status"]), ("failed", "http_error", status), verdict)
        self.assertEqual({request.target for request in self.web.requests}, {"/hooks/42?room=a"})

    def test_what_a_receiver_says_beside_its_status_does_not_matter(self):
        self.take("/hooks/42?room=a", whole(b"no", status=500))
        verdict = self.tell()
        self.assertEqual((verdict["outcome"], verdict["reason"], verdict["http_status"]), ("failed", "http_error", 500))
        self.take("/hooks/42?room=a", b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + b"x" * 5_000_000)
        verdict = self.tell()
        self.assertEqual(verdict["outcome"], "delivered", verdict)
        self.assertLess(verdict["wire_bytes"], 1_000_000)
        self.take("/hooks/42?room=a", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200_000 + b"\r\n")
        self.assertEqual(self.tell()["reason"], "framing_invalid")
        self.take("/hooks/42?room=a", b"no HTTP at all\r\n\r\n")
        self.assertNotEqual(self.tell()["outcome"], "delivered")

    def test_a_slow_receiver_is_given_up(self):
        self.take("/slow", after=40)
        begun = time.monotonic()
        self.assertEqual(self.tell("slow")["outcome"], "failed")
        self.assertLess(time.monotonic() - begun, 35)

    def test_the_deny_list_holds(self):
        verdict = self.tell("metadata")
        self.assertEqual((verdict["outcome"], verdict["reason"]), ("refused", "address_denied"), verdict)

    def test_nobody_but_those_who_are_named_is_told(self):
        verdict = self.tell("nobody")
        self.assertEqual((verdict["outcome"], verdict["reason"]), ("refused", "host_not_allowed"))
        status, text = self.fetcher.request("POST", "/fetch", json.dumps({"url": self.base, "provenance": "webhook"}))
        self.assertEqual(status, 400, text)

    def test_a_request_that_is_wrong_is_refused(self):
        good = {"webhook": "chat", "id": "a", "body": "{}"}
        for change in ({"webhook": ""}, {"id": ""}, {"id": "a b"}, {"id": "a\r\nX: y"}, {"id": "a" * 65}, {"body": ""},
                       {"body": "x" * 65537}, {"url": "https://docs.example.org/"}, {"trace_id": "x"}, {"webhook": 7}):
            with self.subTest(change=change):
                self.assertEqual(self.fetcher.request("POST", "/notice", json.dumps({**good, **change}))[0], 400)
        self.assertEqual(self.fetcher.request("GET", "/notice")[0], 405)
        self.assertIn(self.fetcher.request("POST", "/notice", "x" * 1_000_000)[0], (400, 413))


if __name__ == "__main__":
    unittest.main()
