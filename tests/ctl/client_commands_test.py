"""seekctl against a daemon that answers by script: well, badly, or not at all. The real one is asked in tests/e2e.

usage: client_commands_test.py SEEKCTL
"""

import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

SEEKCTL = pathlib.Path(sys.argv.pop(1)).resolve()
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("SEEKD_")}


def reply(body, status="200 OK", kind="application/json"):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def chunked(*parts):
    body = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in parts)
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" + body + b"0\r\n\r\n"


def event(value):
    return b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n"


class Daemon:
    """Answers each connection with the next of the scripted bytes, and keeps what it was asked."""

    def __init__(self, folder, *replies):
        self.path = str(pathlib.Path(folder, "s"))
        self.requests = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        self.thread = threading.Thread(target=self.serve, args=(replies,), daemon=True)
        self.thread.start()

    def serve(self, replies):
        for answer in replies:
            connection, _ = self.listener.accept()
            with connection:
                head, _, body = self.receive(connection)
                self.requests.append((head.split(b"\r\n")[0].decode(), body))
                connection.sendall(answer)
        self.listener.close()

    @staticmethod
    def receive(connection):
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head, separator, body = data.partition(b"\r\n\r\n")
        length = int(next((line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), b"0"))
        while len(body) < length:
            body += connection.recv(65536)
        return head, separator, body


class Client(unittest.TestCase):
    def run_with(self, replies, *arguments, stdin=""):
        with tempfile.TemporaryDirectory() as folder:
            daemon = Daemon(folder, *replies)
            done = subprocess.run([SEEKCTL, *arguments, "--socket", daemon.path], input=stdin.encode(), capture_output=True, timeout=60,
                                  env=ENVIRONMENT)
            daemon.thread.join(5)
        done.out, done.err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        return done, daemon.requests

    def test_no_daemon_is_one_sentence_with_the_remedy(self):
        for command in (["status"], ["ask", "q"], ["fetch", "https://a.example/"], ["show", "https://a.example/"], ["search", "x"]):
            done = subprocess.run([SEEKCTL, *command, "--socket", "/nonexistent/socket"], capture_output=True, text=True, timeout=60, env=ENVIRONMENT)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stdout, "")
            self.assertIn("systemctl start seekd", done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_the_socket_of_the_configuration_is_used(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "c.toml")
            file.write_text('[daemon]\nsocket = "/nonexistent/named"\n')
            done = subprocess.run([SEEKCTL, "status"], capture_output=True, text=True, timeout=60, env={**ENVIRONMENT, "SEEKD_CONFIG": str(file)})
            self.assertIn("/nonexistent/named", done.stderr)
            too_long = subprocess.run([SEEKCTL, "status", "--socket", "/" + "x" * 200], capture_output=True, text=True, timeout=60, env=ENVIRONMENT)
            self.assertEqual(too_long.returncode, 1)

    def test_ask_streams_the_text_and_sends_what_was_asked(self):
        done, requests = self.run_with(
            [chunked(event({"choices": [{"delta": {"content": "It is "}}]}), event({"choices": [{"delta": {"content": "so.\u001b[2J"}}]}), event(b"[DONE]"))],
            "ask", "Is it?", "--max-age", "1d", "--site", "debian.org", "--url", "https://a.example/", "--url", "https://b.example/")
        self.assertEqual((done.returncode, done.out), (0, "It is so.[2J\n"), done.err)
        self.assertEqual(requests[0][0], "POST /v1/chat/completions HTTP/1.1")
        self.assertEqual(json.loads(requests[0][1]), {
            "messages": [{"role": "user", "content": "Is it?"}], "max_age": 86400, "search_domain_filter": ["debian.org"],
            "urls": ["https://a.example/", "https://b.example/"], "stream": True})

    def test_ask_reads_the_question_from_standard_input(self):
        whole = {"choices": [{"message": {"content": "Yes."}}]}
        done, requests = self.run_with([reply(whole)], "ask", "-", "--no-stream", "--fresh", stdin="Is\nit?")
        self.assertEqual((done.returncode, done.out), (0, "Yes.\n"))
        self.assertEqual(json.loads(requests[0][1]), {"messages": [{"role": "user", "content": "Is\nit?"}], "max_age": 0})
        done, requests = self.run_with([reply(whole)], "ask", "q", "--json", "--offline")
        self.assertEqual(json.loads(done.out), whole)
        self.assertTrue(json.loads(requests[0][1])["offline"])

    def test_a_wrong_max_age_is_refused_before_seekd_is_asked(self):
        done = subprocess.run([SEEKCTL, "ask", "q", "--max-age", "1"], capture_output=True, text=True, timeout=60, env=ENVIRONMENT)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--max-age", done.stderr)

    def test_what_seekd_refuses_is_told_in_its_words(self):
        error = {"error": {"message": "'urls' holds too many\u001b[2J", "type": "x", "param": "urls", "code": "y"}}
        for arguments in (["ask", "q"], ["ask", "q", "--json"], ["status"], ["fetch", "https://a.example/"]):
            done, _ = self.run_with([reply(error, "400 Bad Request")], *arguments)
            self.assertEqual((done.returncode, done.out), (1, ""), arguments)
            self.assertEqual(done.err, "seekctl: 'urls' holds too many[2J\n")

    def test_replies_that_are_broken_off_or_no_json_are_failures(self):
        for answer in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", b"SSH-2.0-OpenSSH\r\n", reply(b"<html>"), reply(b"[]"), reply(b""),
                       reply(b"nonsense", "500 Oh"), b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000, reply(b"[" * 100_000)):
            done, _ = self.run_with([answer], "status")
            self.assertEqual((done.returncode, done.out), (1, ""), answer[:60])
            self.assertNotEqual(done.err, "")

    def test_a_stream_that_is_broken_off_keeps_the_text_and_fails(self):
        half = chunked(event({"choices": [{"delta": {"content": "half an answer"}}]}))
        for answer in (half, half[:-5]):
            done, _ = self.run_with([answer], "ask", "q")
            self.assertEqual((done.returncode, done.out), (1, "half an answer\n"))
            self.assertIn("broke", done.err)

    def test_fetch_says_what_changed_or_why_not(self):
        page = {"url": "https://a.example/", "outcome": "page", "reason": "allowed", "change": "changed", "version": 2, "blocks_total": 5,
                "blocks_written": 1, "similarity": 0.9, "title": "T\u0007", "retrieved_at": "2026-03-01T12:00:00Z", "fresh_until": "2026-03-01T13:00:00Z"}
        done, requests = self.run_with([reply(page)], "fetch", "https://a.example/")
        self.assertEqual(done.returncode, 0)
        self.assertIn("version 2: 1 of 5 blocks written", done.out)
        self.assertEqual(json.loads(requests[0][1]), {"url": "https://a.example/"})
        refused = {"url": "https://a.example/", "outcome": "refused", "reason": "robots_denied", "message": "robots.txt says no", "change": None}
        done, _ = self.run_with([reply(refused)], "fetch", "https://a.example/")
        self.assertEqual(done.returncode, 1)
        self.assertIn("robots_denied: robots.txt says no", done.err)

    def test_show_encodes_the_url_and_compares_versions(self):
        def page(text):
            return reply({"blocks": [{"kind": "heading", "level": 1, "text": "T"}, {"kind": "paragraph", "level": 0, "text": text}]})
        done, requests = self.run_with([page("port 7311"), page("port 7411")], "show", "https://a.example/?a=b&c=d e", "--diff", "1", "2")
        self.assertEqual(requests[0][0], "GET /seekd/v1/page?url=https%3A%2F%2Fa.example%2F%3Fa%3Db%26c%3Dd%20e&version=1 HTTP/1.1")
        self.assertIn("- port 7311\n+ port 7411\n1 blocks kept", done.out)
        done, _ = self.run_with([page("x")], "show", "https://a.example/")
        self.assertIn("# T", done.out)
        versions = reply({"versions": [{"version": 1, "first_seen": "2026-03-01T12:00:00Z", "replaced_at": None, "blocks": 3, "snapshot_hash": "ab"}]})
        done, _ = self.run_with([versions], "show", "https://a.example/", "--versions")
        self.assertIn("current", done.out)

    def test_show_as_of_finds_the_version_that_stood_then(self):
        versions = reply({"versions": [{"version": 2, "first_seen": "2026-03-05T12:00:00Z", "replaced_at": None},
                                       {"version": 1, "first_seen": "2026-03-01T12:00:00Z", "replaced_at": "2026-03-05T12:00:00Z"}]})
        page = reply({"blocks": [{"kind": "paragraph", "level": 0, "text": "then"}]})
        done, requests = self.run_with([versions, page], "show", "https://a.example/", "--as-of", "2026-03-05")
        self.assertIn("then", done.out)
        self.assertIn("version=1 ", requests[1][0])
        done, _ = self.run_with([versions], "show", "https://a.example/", "--as-of", "2026-03-01")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--versions lists them", done.err)
        self.assertEqual(self.run_with([], "show", "u", "--as-of", "yesterday")[0].returncode, 2)

    def test_forget_tells_what_went_and_fails_where_traces_are_left(self):
        done, requests = self.run_with([reply({"pages": 2, "versions": 1, "blocks": 5, "blocks_shared": 1, "passages": 3, "records_searched": 90, "traces": 0})],
                                       "forget", ".a.example")
        self.assertEqual(done.returncode, 0)
        self.assertIn("2 pages forgotten", done.out)
        self.assertEqual(json.loads(requests[0][1]), {"pages": ".a.example"})
        done, _ = self.run_with([reply({"pages": 2, "traces": 1})], "forget", ".a.example")
        self.assertEqual(done.returncode, 1)

    def test_a_hold_wants_a_reason(self):
        self.assertEqual(self.run_with([], "hold", "add", "a.example")[0].returncode, 2)
        done, requests = self.run_with([reply({"pages": 2})], "hold", "add", "a.example", "--reason", "case 12")
        self.assertEqual(json.loads(requests[0][1]), {"pages": "a.example", "reason": "case 12"})
        done, _ = self.run_with([reply({"holds": [{"pages": "a.example", "reason": "case\u001b[2J 12", "since": "2026-03-01T12:00:00Z"}]})], "hold", "list")
        self.assertIn("case[2J 12", done.out)

    def test_cache_verify_fails_on_contradictions(self):
        done, requests = self.run_with([reply({"sound": False, "findings": ["`blocks` 00 counts 2 pages, and 1 have it"], "findings_total": 1})], "cache", "verify")
        self.assertEqual(done.returncode, 1)
        self.assertIn("counts 2 pages", done.out)
        self.assertIn("seekctl cache repair", done.err)
        self.assertEqual(self.run_with([reply({"sound": True})], "cache", "verify")[0].returncode, 0)

    def test_search_prints_passages(self):
        passages = {"passages": [{"url": "https://a.example/", "title": "T", "heading_path": "A > B", "text": "some\u001b[2J text", "score": 3.25,
                                  "snapshot": {"retrieved_at": "2026-03-01T12:00:00Z"}, "fresh_until": "x"}, 7]}
        done, requests = self.run_with([reply(passages)], "search", "text", "--top", "3", "--site", "a.example")
        self.assertEqual(done.returncode, 0)
        self.assertIn("some[2J text", done.out)
        self.assertEqual(json.loads(requests[0][1]), {"query": "text", "top": 3, "mode": "hybrid", "hosts": ["a.example"]})

    def test_import_sends_each_line_and_counts_the_refused(self):
        ok, bad = reply({"change": "added", "version": 1}), reply({"error": {"message": "'url' is missing"}}, "400 Bad Request")
        done, requests = self.run_with([ok, bad, ok], "import", "--jsonl", "-", stdin='{"url":1}\n\n{}\n{"url":2}')
        self.assertEqual(done.returncode, 1)
        self.assertEqual([body for _, body in requests], [b'{"url":1}', b"{}", b'{"url":2}'])
        self.assertIn("line 3: 'url' is missing", done.err)
        self.assertIn("2 of 3 pages imported", done.err)

    def test_status_says_what_is_wrong_with_the_model(self):
        model = {"state": "hung", "reason": "a step has run for 75 s", "name": "m", "failed_steps": {"out_of_memory": 3, "error": 0, "hang": 1},
                 "recoveries": 3}
        out = self.run_with([reply({"version": "0.1.0", "model": model})], "status")[0].out
        for told in ("model    hung: m", "a step has run for 75 s", "out of memory 3, error 0, hang 1; gone on after 3"):
            self.assertIn(told, out)
        well = {"state": "ok", "name": "m", "failed_steps": {"out_of_memory": 0, "error": 0, "hang": 0}, "recoveries": 0}
        self.assertNotIn("failed steps", self.run_with([reply({"version": "0.1.0", "model": well})], "status")[0].out)

    def test_status_is_for_a_person_or_raw(self):
        status = {"version": "0.1.0", "model": {"state": "ok", "name": "m", "parameters": 5_000_000}, "cache": {"pages": 3}, "uptime_s": 90,
                  "fetcher": {"reachable": False, "socket": "/x"}}
        self.assertIn("NOT REACHABLE", self.run_with([reply(status)], "status")[0].out)
        self.assertEqual(json.loads(self.run_with([reply(status)], "status", "--json")[0].out), status)
        self.assertEqual(self.run_with([reply({})], "status")[0].returncode, 0)

    def test_status_tells_the_doors_verdicts_and_its_policy(self):
        def printed(**policy):
            door = {"requests": 12, "verdicts": {"allowed": 9, "robots_denied": 3}, "policy": policy}
            return self.run_with([reply({"fetcher": {"reachable": True, "socket": "/x", "status": door}})], "status")[0].out
        self.assertIn("requests 12: allowed 9, robots_denied 3\n", printed())
        self.assertIn("policy of the start\n", printed(reloads=0))
        self.assertIn("policy reloads 2; RESTART NEEDED", printed(reloads=2, restart_needed=True))
        self.assertIn("THE LATEST RELOAD FAILED: a.toml:3: no[2J", printed(reloads=1, last_error="a.toml:3: no\x1b[2J"))


if __name__ == "__main__":
    unittest.main()
