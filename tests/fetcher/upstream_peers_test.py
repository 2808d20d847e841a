"""seekd-fetcher asks models of other servers: what crosses, what does not, and where a question may go.

usage: upstream_peers_test.py BIN_FOLDER
"""

import array
import fcntl
import gzip
import http.client
import json
import os
import socket
import threading
import time
import unittest

from door import Case, UnixConnection, chunk, head, whole

KEY = "sk-71c0ffee"
STREAM = "text/event-stream"
JSON = "application/json"
F_ADD_SEALS, SEALS = 1033, 0x1 | 0x2 | 0x4 | 0x8

UPSTREAMS = """
[[upstream]]
name = "tls"
url = "https://docs.example.org:{web}/v1"
key_file = "{folder}/upstream.key"
timeout = "30s"
stall_timeout = "20s"

[[upstream]]
name = "near"
url = "http://plain.example.org:{plain}/v1/"
timeout = "30s"

[[upstream]]
name = "hasty"
url = "https://docs.example.org:{web}/hasty"
timeout = "2s"

[[upstream]]
name = "stalling"
url = "https://docs.example.org:{web}/stalling"
timeout = "30s"
stall_timeout = "1s"

[[upstream]]
name = "private"
url = "https://private.example.org/v1"

[[upstream]]
name = "open"
url = "http://plain.example.org:8080/v1"

[[upstream]]
name = "impostor"
url = "https://selfsigned.example.org:{web}/v1"

[[upstream]]
name = "patient"
url = "https://patient.example.org:{web}/v1"

[[upstream]]
name = "pausing"
url = "https://pausing.example.org:{web}/v1"
"""


def event(value):
    return f"data: {json.dumps(value)}\n\n".encode()


def delta(text, **fields):
    return event({"choices": [{"index": 0, "delta": {"content": text}, **fields}]})


DONE = b"data: [DONE]\n\n"
SHORT = delta("Kestrel ") + delta("4.2", finish_reason="stop") + DONE


def memory(data, seals=SEALS):
    descriptor = os.memfd_create("body", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(descriptor, data)
    os.lseek(descriptor, 0, os.SEEK_SET)
    fcntl.fcntl(descriptor, F_ADD_SEALS, seals)
    return descriptor


class Upstreams(Case):
    @classmethod
    def more_servers(cls, folder, contexts):
        (folder / "upstream.key").write_text(KEY + "\n")
        os.chmod(folder / "upstream.key", 0o600)
        (folder / "seekd.toml.d").mkdir()
        (folder / "seekd.toml.d" / "upstream.toml").write_text(
            UPSTREAMS.format(plain=cls.plain.port, web=cls.web.port, folder=folder))
        return []

    def setUp(self):
        self.site.pages.clear()
        self.web.requests.clear()
        self.plain.requests.clear()

    def begin(self, request, body):
        """A request with what has to come beside it; the connection and the pipe's reading end."""
        reading, writing = os.pipe()
        ways = [writing] if body is None else [writing, memory(body)]
        text = json.dumps(request).encode()
        connection = UnixConnection(self.fetcher.socket)
        connection.connect()
        message = (f"POST /upstream HTTP/1.1\r\nHost: fetcher\r\nContent-Type: {JSON}\r\n"
                   f"Content-Length: {len(text)}\r\n\r\n").encode() + text
        connection.sock.sendmsg([message], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", ways))])
        for way in ways:
            os.close(way)
        return connection, reading

    def ask(self, upstream, body=b'{"messages": []}', path="chat/completions"):
        """The verdict, and the events."""
        chats = path == "chat/completions"
        connection, reading = self.begin(
            {"upstream": upstream, "path": path, "body_bytes": len(body) if chats else 0}, body if chats else None)
        with os.fdopen(reading, "rb") as pipe:
            events = [json.loads(line) for line in pipe]
        response = http.client.HTTPResponse(connection.sock)
        response.begin()
        self.assertEqual(response.status, 200)
        verdict = json.loads(response.read())
        connection.close()
        return verdict, events

    def answer(self, page, at="/v1/chat/completions", upstream="tls", **how):
        self.site.pages[at] = page
        return self.ask(upstream, **how)

    def assertFailed(self, answer, reason):
        verdict, events = answer
        self.assertEqual(verdict["reason"], reason, verdict)
        self.assertIn(verdict["outcome"], ("failed", "refused"))
        return verdict, events


class Answers(Upstreams):
    def test_a_streamed_answer_comes_word_by_word_and_typed(self):
        usage = {"prompt_tokens": 9, "completion_tokens": 3, "prompt_tokens_details": {"cached_tokens": 4},
                 "completion_tokens_details": {"reasoning_tokens": 1}}
        page = (event({"choices": [{"index": 0, "delta": {"role": "assistant", "reasoning_content": "Hm."}}]}) +
                b": a comment\n\nevent: message\nid: 1\n" + SHORT.removesuffix(DONE) +
                event({"choices": [], "usage": usage}) + DONE)
        verdict, events = self.answer(whole(page, kind=STREAM), body=b'{"messages": [1]}')
        self.assertEqual((verdict["outcome"], verdict["reason"], verdict["http_status"]), ("delivered", "allowed", 200))
        self.assertEqual(events, [{"reasoning": "Hm."}, {"content": "Kestrel "}, {"content": "4.2", "finish": "stop"},
                                  {"usage": {"prompt": 9, "cached": 4, "completion": 3, "reasoning": 1}}])
        [request] = self.web.requested("/v1/chat/completions")
        self.assertEqual(request.method, "POST")
        self.assertEqual(request.body, b'{"messages": [1]}')
        self.assertEqual(request.headers["content-type"], JSON)

    def test_a_word_is_there_before_the_next_one(self):
        second = threading.Event()

        def page(_, connection):
            connection.sendall(head(200, "Transfer-Encoding: chunked", kind=STREAM) + chunk(delta("first")))
            if second.wait(30):
                connection.sendall(chunk(delta("second", finish_reason="length") + DONE) + b"0\r\n\r\n")

        self.site.pages["/v1/chat/completions"] = page
        connection, reading = self.begin({"upstream": "tls", "path": "chat/completions", "body_bytes": 2}, b"{}")
        with os.fdopen(reading, "rb") as pipe:
            self.assertEqual(json.loads(pipe.readline()), {"content": "first"})
            second.set()
            self.assertEqual(json.loads(pipe.readline()), {"content": "second", "finish": "length"})
        connection.close()

    def test_an_answer_that_comes_whole_is_read_as_one(self):
        page = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "4.2", "tool_calls": None},
                             "finish_reason": "stop"}], "usage": {"prompt_tokens": 9, "completion_tokens": 2}}
        verdict, events = self.answer(whole(json.dumps(page).encode(), kind=JSON))
        self.assertEqual(verdict["outcome"], "delivered")
        self.assertEqual(events[0]["content"], "4.2")
        self.assertEqual(events[0]["usage"]["prompt"], 9)

    def test_log_probabilities_cross_with_the_best_ones(self):
        tokens = [{"token": "yes", "logprob": -0.1, "bytes": [1], "top_logprobs": [{"token": "yes", "logprob": -0.1},
                                                                                 {"token": "no", "logprob": -2}]}]
        _, events = self.answer(whole(delta("yes", logprobs={"content": tokens}, finish_reason="stop") + DONE, kind=STREAM))
        self.assertEqual(events[0]["tokens"], [{"text": "yes", "logprob": -0.1, "best": [
            {"text": "yes", "logprob": -0.1}, {"text": "no", "logprob": -2.0}]}])

    def test_the_list_of_models_is_their_names(self):
        page = {"object": "list", "data": [{"id": "large", "object": "model"}, {"id": 7}, {"id": "x" * 300}, {"id": "small"}]}
        verdict, events = self.answer(whole(json.dumps(page).encode(), kind=JSON), "/v1/models", path="models")
        self.assertEqual(verdict["outcome"], "delivered")
        self.assertEqual(events, [{"model": "large"}, {"model": "small"}])
        [request] = self.web.requested("/v1/models")
        self.assertEqual((request.method, request.body), ("GET", b""))

    def test_a_long_question_crosses_whole(self):
        body = json.dumps({"messages": ["x" * (6 << 20)]}).encode()
        verdict, _ = self.answer(whole(SHORT, kind=STREAM), body=body)
        self.assertEqual(verdict["outcome"], "delivered")
        self.assertEqual(self.web.requests[-1].body, body)


class Doors(Upstreams):
    def test_the_key_goes_to_its_own_server_and_into_no_log(self):
        self.answer(whole(SHORT, kind=STREAM))
        self.assertEqual(self.web.requests[-1].headers["authorization"], f"Bearer {KEY}")
        self.answer(whole(SHORT, kind=STREAM), upstream="near")
        self.assertNotIn("authorization", self.plain.requests[-1].headers)
        self.assertNotIn(KEY, self.fetcher.log.read_text())

    def test_the_log_says_who_was_asked_and_not_what(self):
        self.answer(whole(SHORT, kind=STREAM), body=b'{"messages": ["a secret of ours"]}')
        log = self.fetcher.log.read_text()
        self.assertIn("upstream outcome=delivered reason=allowed provenance=model_request upstream=tls "
                      "path=chat/completions status=200 sent=34", log)
        self.assertNotIn("a secret of ours", log)
        self.assertNotIn("Kestrel", log)

    def test_nobody_is_asked_whom_the_configuration_does_not_name(self):
        verdict, events = self.assertFailed(self.ask("elsewhere"), "host_not_allowed")
        self.assertIn("[[upstream]]", verdict["message"])
        self.assertEqual(events, [])

    def test_no_other_path_can_be_named(self):
        for path in ("files", "completions", "../admin", "chat/completions?x=1", "", "/v1/models"):
            with self.subTest(path=path):
                connection, reading = self.begin({"upstream": "tls", "path": path, "body_bytes": 2}, b"{}")
                os.close(reading)
                response = http.client.HTTPResponse(connection.sock)
                response.begin()
                self.assertEqual(response.status, 400)
                self.assertIn("neither chat/completions nor models", response.read().decode())
                connection.close()
        self.assertEqual(self.web.requests, [])

    def test_a_page_cannot_be_asked_for_as_a_model(self):
        status, text = self.fetcher.request(
            "POST", "/fetch", json.dumps({"url": self.base, "provenance": "model_request"}))
        self.assertEqual(status, 400, text)

    def test_what_is_sent_has_to_be_sealed_and_as_long_as_announced(self):
        def refused(*ways):
            text = json.dumps({"upstream": "tls", "path": "chat/completions", "body_bytes": 2}).encode()
            connection = UnixConnection(self.fetcher.socket)
            connection.connect()
            connection.sock.sendmsg(
                [f"POST /upstream HTTP/1.1\r\nHost: f\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text],
                [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", ways))] if ways else [])
            response = http.client.HTTPResponse(connection.sock)
            response.begin()
            connection.close()
            return response.status == 400
        reading, writing = os.pipe()
        with open(self.fetcher.config, "rb") as file:
            for ways in ((), (reading,), (writing,), (writing, reading), (writing, file.fileno()),
                         (writing, memory(b"{}", 0)), (writing, memory(b"{} longer"))):
                with self.subTest(ways=ways):
                    self.assertTrue(refused(*ways))
        self.assertEqual(self.web.requests, [])

    def test_denied_addresses_and_impostors_are_refused(self):
        self.assertFailed(self.ask("private"), "address_denied")
        self.assertFailed(self.ask("impostor"), "tls_failed")
        self.assertEqual(self.web.requests, [])

    def test_without_tls_an_address_has_to_be_excepted(self):
        self.assertFailed(self.ask("open"), "address_denied")
        verdict, _ = self.answer(whole(SHORT, kind=STREAM), upstream="near")
        self.assertEqual(verdict["outcome"], "delivered")

    def test_the_self_test_tries_to_lead_a_question_elsewhere(self):
        status, text = self.fetcher.request("POST", "/selftest")
        self.assertEqual(status, 200)
        tried = {attempt["tried"]: attempt for attempt in json.loads(text)["attempts"]}
        for name, got in (("a request to another server than that of upstream tls", "host_not_allowed"),
                          ("a redirect of upstream near", "too_many_redirects")):
            self.assertEqual((tried[name]["got"], tried[name]["passed"]), (got, True))

    def test_no_redirect_is_followed(self):
        for status in (301, 302, 303, 307, 308):
            with self.subTest(status=status):
                page = whole(b"", f"Location: {self.base}/elsewhere", status=status)
                self.assertFailed(self.answer(page), "too_many_redirects")
        self.assertEqual(self.web.requested("/elsewhere"), [])


class Failures(Upstreams):
    def test_a_refusal_says_why_beside_the_verdict(self):
        for status, body, said in (
                (401, {"error": {"message": "no such key", "code": "invalid_api_key"}}, "no such key"),
                (429, {"error": "too many"}, "too many"), (400, {"object": "error", "message": "too long\n!"}, "too long !"),
                (500, {"error": {"code": 1}}, "the server names no reason")):
            with self.subTest(status=status):
                verdict, events = self.assertFailed(
                    self.answer(whole(json.dumps(body).encode(), status=status, kind=JSON)), "http_error")
                self.assertEqual(verdict["http_status"], status)
                self.assertEqual(events, [{"error": said}])

    def test_a_refusal_in_html_says_nothing(self):
        verdict, events = self.assertFailed(self.answer(whole(b"<h1>Bad Gateway</h1>", status=502)), "http_error")
        self.assertEqual((verdict["http_status"], events), (502, []))

    def test_nothing_is_sent_twice(self):
        self.assertFailed(self.answer(lambda _, connection: None), "connect_failed")
        self.assertEqual(len(self.web.requested("/v1/chat/completions")), 1)
        self.web.requests.clear()
        busy = whole(b"{}", "Retry-After: 1", status=503, kind=JSON)
        verdict, _ = self.assertFailed(self.answer(busy, upstream="patient"), "http_error")
        self.assertEqual(verdict["retry_after"], 1)
        self.assertEqual(len(self.web.requested("/v1/chat/completions")), 1)

    def test_a_pause_that_a_server_asks_for_is_kept(self):
        busy = whole(b"{}", "Retry-After: 900", status=429, kind=JSON)
        self.assertFailed(self.answer(busy, upstream="pausing"), "http_error")
        verdict, _ = self.assertFailed(self.ask("pausing"), "rate_limited")
        self.assertGreater(verdict["retry_after"], 800)

    def test_an_error_within_the_stream_crosses_as_one(self):
        page = delta("Kest") + event({"error": {"message": "out of memory"}})
        verdict, events = self.answer(whole(page, kind=STREAM))
        self.assertEqual(events, [{"content": "Kest"}, {"error": "out of memory"}])
        self.assertEqual(verdict["outcome"], "delivered")

    def test_a_stream_that_ends_early_is_no_answer(self):
        _, events = self.assertFailed(self.answer(whole(delta("Kest"), kind=STREAM)), "content_invalid")
        self.assertEqual(events, [{"content": "Kest"}])
        broken = head(200, "Transfer-Encoding: chunked", kind=STREAM) + chunk(delta("Kest"))
        self.assertFailed(self.answer(broken), "framing_invalid")
        short = head(200, "Content-Length: 9999", kind=STREAM) + delta("Kest")
        self.assertFailed(self.answer(short), "framing_invalid")

    def test_what_is_no_answer_is_refused(self):
        for name, page in {
                "no JSON": b"data: {nope\n\n", "no choices": event({"id": 1}), "a list": event([1]), "a text": event("x"),
                "bytes": b"data: \xff\xfe\n\n", "deep": b"data: " + b"[" * 100_000 + b"\n\n",
                "long": b"data: " + b"x" * 300_000 + b"\n\n", "no line": b"x" * 300_000,
                "many fields": b"data: x\n" * 100_000}.items():
            with self.subTest(name=name):
                _, events = self.assertFailed(self.answer(whole(page + DONE, kind=STREAM)), "content_invalid")
                self.assertEqual(events, [])
        for page in (b"", b"{}", b"[]", b"Kestrel", b'{"choices": [{"message": {"content": "x"}}]}', b"{" * 1000):
            with self.subTest(page=page[:20]):
                self.assertFailed(self.answer(whole(page, kind=JSON)), "content_invalid")

    def test_a_compressed_answer_is_not_unpacked(self):
        packed = gzip.compress(SHORT + b"\0" * (64 << 20))
        _, events = self.assertFailed(
            self.answer(whole(packed, "Content-Encoding: gzip", kind=STREAM)), "content_invalid")
        self.assertEqual(events, [])
        self.assertEqual(self.web.requests[-1].headers["accept-encoding"], "identity")

    def test_a_stream_without_end_is_broken_off(self):
        def page(_, connection):
            connection.sendall(head(200, "Transfer-Encoding: chunked", kind=STREAM))
            piece = chunk(delta("x" * 1000) * 60)
            while True:
                connection.sendall(piece)

        verdict, events = self.answer(page)
        self.assertEqual(verdict["outcome"], "refused")
        self.assertEqual(verdict["reason"], "body_too_large", verdict)
        self.assertLess(sum(len(event["content"]) for event in events), 65 << 20)

    def test_a_slow_server_has_its_time_and_no_more(self):
        def trickle(_, connection):
            connection.sendall(head(200, "Transfer-Encoding: chunked", kind=STREAM))
            while True:
                connection.sendall(chunk(b": still here\n\n"))
                time.sleep(0.1)

        began = time.monotonic()
        self.assertFailed(self.answer(trickle, "/hasty/chat/completions", "hasty"), "timeout")
        self.assertLess(time.monotonic() - began, 20)
        silent = threading.Event()
        self.addCleanup(silent.set)
        self.assertFailed(self.answer(lambda _, connection: silent.wait(60), "/stalling/chat/completions", "stalling"), "timeout")

    def test_who_goes_takes_the_question_back(self):
        gone = threading.Event()

        def page(_, connection):
            connection.sendall(head(200, "Transfer-Encoding: chunked", kind=STREAM) + chunk(delta("first")))
            connection.recv(1)
            gone.set()

        self.site.pages["/v1/chat/completions"] = page
        connection, reading = self.begin({"upstream": "tls", "path": "chat/completions", "body_bytes": 2}, b"{}")
        with os.fdopen(reading, "rb") as pipe:
            pipe.readline()
            connection.close()
        self.assertTrue(gone.wait(30))


if __name__ == "__main__":
    unittest.main()
