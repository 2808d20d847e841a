"""seekd-fetcher as built, against real peers: dnsmasq, TLS by a private authority, and servers that do what none should.

usage: fetcher_peers_test.py BIN_FOLDER
"""

import concurrent.futures
import gzip
import http.client
import json
import os
import pathlib
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import unittest

import peers

BIN = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else pathlib.Path("build/release/bin")

ARTICLE = ("<!doctype html><html lang=en><head><title>Kestrel</title></head><body><main><h1>Kestrel</h1>"
           "<p>Kestrel 4.2 was released on a Tuesday in May, and brought the new scheduler that had been promised for years.</p>"
           "<p>The release notes list every change since 4.1, and thank those who reported what did not work.</p>"
           "</main></body></html>").encode()

# Hosts of example.org by what their robots.txt answers.
ROBOTS = {"closed.example.org": (200, b"User-agent: *\nDisallow: /\n"), "broken.example.org": (503, b""),
          "picky.example.org": (200, b"User-agent: seekd\nDisallow: /private\n\nUser-agent: *\nDisallow: /\n")}

WEB_HOSTS = ["docs.example.org", "other.example.org", "wronghost.example.org", "selfsigned.example.org",
             "plain.example.org", *ROBOTS]
ANSWERS = {host: ["127.0.0.1"] for host in WEB_HOSTS} | {
    "private.example.org": ["10.0.0.1"], "metadata.example.org": ["169.254.169.254"],
    "mixed.example.org": ["127.0.0.1", "192.168.1.1"], "six.example.org": ["::1"],
    "crowded.example.org": [f"127.0.0.{number}" for number in range(1, 30)]}


def head(status, *fields, kind="text/html; charset=utf-8"):
    return "\r\n".join([f"HTTP/1.1 {status} Text", f"Content-Type: {kind}", *fields, "", ""]).encode()


def whole(body, *fields, status=200, kind="text/html; charset=utf-8"):
    return head(status, f"Content-Length: {len(body)}", *fields, kind=kind) + body


def chunk(data):
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


class Site:
    """What the web server answers, by path."""

    def __init__(self):
        self.pages = {}

    def __call__(self, request, connection):
        host = request.headers["host"].split(":")[0]
        if request.target == "/robots.txt":
            status, body = ROBOTS.get(host, (404, b""))
            return connection.sendall(whole(body, status=status, kind="text/plain"))
        page = self.pages.get(request.target, whole(b"nothing", status=404))
        if callable(page):
            return page(request, connection)
        connection.sendall(page)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=60):
        super().__init__("fetcher", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


class Fetcher:
    """A running seekd-fetcher."""

    def __init__(self, folder, ca_file, dns_port, web, plain, extra=""):
        self.folder = pathlib.Path(folder)
        self.socket = self.folder / "fetcher.sock"
        self.config = self.folder / "seekd.toml"
        self.log = self.folder / "fetcher.log"
        self.config.write_text(f"""
[fetcher]
socket = "{self.socket}"
ca_file = "{ca_file}"
dns_servers = ["127.0.0.1:{dns_port}"]
{extra}
[egress]
ports = [".example.org:{web.port}", ".example.org:{plain.port}"]
http_allowed = ["plain.example.org"]
[[egress.exception]]
address = "127.0.0.1"
port = {web.port}
reason = "the test's own server"
[[egress.exception]]
address = "127.0.0.1"
port = {plain.port}
reason = "the test's own server"
""")
        self.start()

    def start(self):
        # LeakSanitizer cannot trace a process that may not be traced.
        environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0", http_proxy="http://127.0.0.1:9",
                           https_proxy="http://127.0.0.1:9")
        with self.log.open("a") as log:
            self.process = subprocess.Popen([BIN / "seekd-fetcher", "--config", self.config], env=environment,
                                            stderr=log)
        peers.wait_until(self._answers, f"seekd-fetcher\n{self.log.read_text()}")

    def _answers(self):
        if self.process.poll() is not None:
            raise RuntimeError(self.log.read_text())
        try:
            return self.request("GET", "/status")[0] == 200
        except OSError:
            return False

    def request(self, method, target, body=None):
        connection = UnixConnection(self.socket)
        try:
            connection.request(method, target, body)
            reply = connection.getresponse()
            return reply.status, reply.read().decode()
        finally:
            connection.close()

    def fetch(self, url, **fields):
        """The verdict line, with the content line under "page" where there is one."""
        status, text = self.request("POST", "/fetch", json.dumps({"url": url, "provenance": "user", **fields}))
        assert status == 200, (status, text)
        verdict, _, content = text.partition("\n")
        reply = json.loads(verdict)
        if content:
            reply["page"] = json.loads(content)
        return reply

    def status(self):
        return json.loads(self.request("GET", "/status")[1])

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(timeout=20)


class Case(unittest.TestCase):
    EXTRA = ""

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        folder = pathlib.Path(temporary.name)
        authority = peers.Authority(folder)
        contexts = {host: peers.tls_context(authority.server(host)) for host in WEB_HOSTS if host != "selfsigned.example.org"}
        contexts["selfsigned.example.org"] = peers.tls_context(authority.self_signed("selfsigned.example.org"))
        contexts["wronghost.example.org"] = contexts["other.example.org"]
        cls.site = Site()
        cls.names = peers.NameServer(ANSWERS)
        cls.addClassCleanup(cls.names.close)
        cls.web = peers.WebServer(cls.site, contexts)
        cls.addClassCleanup(cls.web.close)
        cls.plain = peers.WebServer(cls.site)
        cls.addClassCleanup(cls.plain.close)
        cls.fetcher = Fetcher(folder, authority.certificate, cls.names.port, cls.web, cls.plain, cls.EXTRA)
        cls.addClassCleanup(cls.fetcher.stop)
        cls.base = f"https://docs.example.org:{cls.web.port}"

    def url(self, host, path="/"):
        return f"https://{host}:{self.web.port}{path}"

    def serve(self, page):
        """Puts a page at a path of its own; answers its URL."""
        path = f"/{self.id().rsplit('.', 1)[-1]}-{len(self.site.pages)}"
        self.site.pages[path] = page
        return self.base + path

    def assertRefused(self, url, reason, **fields):
        reply = self.fetcher.fetch(url, **fields)
        self.assertEqual(reply["reason"], reason, reply)
        self.assertIn(reply["outcome"], ("refused", "failed"))
        self.assertTrue(reply["message"])
        self.assertNotIn("page", reply)
        return reply

    def assertPage(self, url, **fields):
        reply = self.fetcher.fetch(url, **fields)
        self.assertEqual((reply["outcome"], reply["reason"]), ("page", "allowed"), reply)
        self.assertIn("released on a Tuesday", " ".join(block["text"] for block in reply["page"]["blocks"]))
        return reply


class Pages(Case):
    def test_a_page_arrives_with_its_headers_text_and_times(self):
        url = self.serve(whole(ARTICLE, 'ETag: "v1"', "Cache-Control: max-age=60"))
        before = int(time.time())
        reply = self.assertPage(url)
        self.assertEqual(reply["hops"], [url])
        self.assertEqual(reply["http_status"], 200)
        self.assertEqual(reply["page"]["metadata"]["title"], "Kestrel")
        self.assertEqual(reply["page"]["headers"], {"etag": '"v1"', "cache_control": "max-age=60"})
        self.assertEqual(reply["page"]["body_bytes"], len(ARTICLE))
        self.assertGreater(reply["wire_bytes"], len(ARTICLE))
        self.assertLessEqual(before, reply["requested_at"])
        self.assertLessEqual(reply["requested_at"], reply["retrieved_at"])
        request = self.web.requested(url[len(self.base):])[0]
        self.assertEqual(request.headers["user-agent"], "seekd/0.1")
        self.assertNotIn("cookie", request.headers)

    def test_a_chunked_and_compressed_page_arrives(self):
        packed = gzip.compress(ARTICLE)
        self.assertPage(self.serve(head(200, "Content-Encoding: gzip", "Transfer-Encoding: chunked") + chunk(packed[:99]) +
                                   chunk(packed[99:]) + b"0\r\n\r\n"))

    def test_plain_http_works_where_the_policy_opens_it(self):
        self.serve(whole(ARTICLE))
        path = list(self.site.pages)[-1]
        self.assertPage(f"http://plain.example.org:{self.plain.port}{path}")
        self.assertRefused(f"http://docs.example.org:{self.plain.port}{path}", "scheme_denied")

    def test_a_redirect_is_followed_and_both_urls_are_told(self):
        target = self.serve(whole(ARTICLE))
        start = self.serve(whole(b"", f"Location: {target[len(self.base):]}", status=302))
        self.assertEqual(self.assertPage(start)["hops"], [start, target])

    def test_validators_go_to_the_url_they_belong_to_alone(self):
        def conditional(request, connection):
            seen.append(request.headers.get("if-none-match"))
            connection.sendall(head(304, 'ETag: "v1"') if seen[-1] == '"v1"' else whole(ARTICLE, 'ETag: "v1"'))
        seen = []
        target = self.serve(conditional)
        start = self.serve(whole(b"", f"Location: {target}", status=301))
        reply = self.fetcher.fetch(target, etag='"v1"')
        self.assertEqual((reply["outcome"], reply["http_status"]), ("not_modified", 304), reply)
        self.assertEqual(reply["page"]["headers"]["etag"], '"v1"')
        self.assertPage(start, etag='"v1"')
        self.assertEqual(self.fetcher.fetch(start, etag='"v1"', validated_url=target)["outcome"], "not_modified")
        self.assertEqual(seen, ['"v1"', None, '"v1"'])

    def test_a_304_that_nobody_asked_for_is_no_page(self):
        self.assertRefused(self.serve(head(304)), "http_error")

    def test_many_pages_at_once_come_out_right(self):
        urls = [self.serve(whole(ARTICLE.replace(b"Kestrel 4.2", b"Kestrel 4.%d" % n))) for n in range(40)]
        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            for number, reply in enumerate(pool.map(self.fetcher.fetch, urls)):
                self.assertIn(f"Kestrel 4.{number} was", reply["page"]["blocks"][1]["text"])

    def test_robots_is_fetched_once(self):
        self.assertPage(self.serve(whole(ARTICLE)))
        self.assertPage(self.serve(whole(ARTICLE)))
        asked = [request for request in self.web.requested("/robots.txt") if request.headers["host"].startswith("docs.")]
        self.assertEqual(len(asked), 1)


class Refusals(Case):
    def test_urls_that_are_no_public_https_url(self):
        self.assertRefused("https://127.0.0.1/", "ip_literal")
        self.assertRefused("https://user@docs.example.org/", "userinfo")
        self.assertRefused("https://docs.example.org:1/", "port_denied")
        self.assertRefused("ftp://docs.example.org/", "scheme_denied")
        self.assertRefused("https://docs.example.org/" + "x" * 3000, "url_too_long")

    def test_a_request_without_provenance(self):
        status, text = self.fetcher.request("POST", "/fetch", json.dumps({"url": self.base}))
        self.assertEqual((status, json.loads(text)["reason"]), (200, "no_provenance"))

    def test_names_that_lead_inwards(self):
        for host in ("private", "metadata", "mixed", "six"):
            self.assertRefused(self.url(f"{host}.example.org"), "address_denied")
        self.assertRefused(self.url("crowded.example.org"), "too_many_addresses")
        self.assertRefused(self.url("absent.example.org"), "resolve_failed")

    def test_an_exception_is_for_its_port_alone(self):
        self.assertRefused("https://docs.example.org/", "address_denied")

    def test_redirects(self):
        def to(location):
            return self.serve(whole(b"", f"Location: {location}", status=302))
        self.assertRefused(to("https://127.0.0.1/"), "ip_literal")
        self.assertRefused(to(self.url("private.example.org")), "address_denied")
        self.assertRefused(to(f"http://plain.example.org:{self.plain.port}/"), "redirect_downgrade")
        self.assertRefused(to("file:///etc/passwd"), "scheme_denied")
        self.assertRefused(self.serve(whole(b"", status=302)), "redirect_invalid")
        self.assertRefused(self.serve(whole(b"", "Location: /a", "Location: /b", status=302)), "redirect_invalid")
        round_url = to("/")
        self.site.pages[round_url[len(self.base):]] = whole(b"", f"Location: {round_url}", status=302)
        self.assertEqual(len(self.assertRefused(round_url, "too_many_redirects")["hops"]), 6)

    def test_robots(self):
        self.assertRefused(self.url("closed.example.org", "/page"), "robots_denied")
        self.assertRefused(self.url("broken.example.org", "/page"), "robots_unavailable")
        self.assertRefused(self.url("picky.example.org", "/private/page"), "robots_denied")
        self.assertRefused(self.url("picky.example.org", "/public"), "http_error")
        self.assertEqual([r for r in self.web.requests if r.headers["host"].startswith("closed.") and r.target == "/page"], [])

    def test_certificates(self):
        self.assertRefused(self.url("wronghost.example.org"), "tls_failed")
        self.assertRefused(self.url("selfsigned.example.org"), "tls_failed")

    def test_statuses(self):
        self.assertEqual(self.assertRefused(self.serve(whole(b"", status=404)), "http_error")["http_status"], 404)
        self.assertRefused(self.serve(whole(b"", status=500)), "http_error")
        self.assertRefused(self.serve(whole(ARTICLE, status=206)), "http_error")

    def test_types(self):
        self.assertRefused(self.serve(whole(b"%PDF-1.7", kind="application/pdf")), "content_type_denied")
        self.assertRefused(self.serve(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), "content_type_denied")
        self.assertRefused(self.serve(whole(b"%PDF-1.7 lies")), "content_mismatch")
        self.assertRefused(self.serve(whole(b"PK\x03\x04 lies", kind="text/plain")), "content_mismatch")

    def test_every_refusal_is_logged_on_one_line(self):
        self.assertRefused("https://127.0.0.1/logged\nreason=forged", "url_invalid")
        lines = [line for line in self.fetcher.log.read_text().splitlines() if "/logged" in line]
        self.assertEqual(len(lines), 1)
        self.assertRegex(lines[0], r"refused reason=url_invalid url=\"\S+\" provenance=user ")


class Framing(Case):
    def assertFraming(self, answer, reason="framing_invalid"):
        self.assertRefused(self.serve(answer), reason)

    def test_lengths_that_contradict(self):
        self.assertFraming(head(200, f"Content-Length: {len(ARTICLE)}", "Content-Length: 9") + ARTICLE)
        self.assertFraming(head(200, f"Content-Length: {len(ARTICLE)}, 9") + ARTICLE)
        self.assertFraming(head(200, "Content-Length: 9", "Transfer-Encoding: chunked") + chunk(ARTICLE) + b"0\r\n\r\n")
        self.assertFraming(head(200, "Transfer-Encoding: chunked", "Content-Length: 9") + chunk(ARTICLE) + b"0\r\n\r\n")
        self.assertFraming(head(200, "Transfer-Encoding: chunked, identity") + chunk(ARTICLE) + b"0\r\n\r\n")

    def test_two_lengths_that_agree_are_one(self):
        self.assertPage(self.serve(head(200, *[f"Content-Length: {len(ARTICLE)}"] * 2) + ARTICLE))

    def test_more_or_less_than_announced(self):
        self.assertFraming(whole(ARTICLE) + b"<p>excess</p>")
        self.assertFraming(head(200, f"Content-Length: {len(ARTICLE) + 1}") + ARTICLE)
        self.assertFraming(head(200, "Transfer-Encoding: chunked") + chunk(ARTICLE))
        self.assertFraming(head(200, "Transfer-Encoding: chunked") + b"zz\r\n" + ARTICLE)

    def test_a_broken_coding(self):
        packed = gzip.compress(ARTICLE)
        self.assertFraming(whole(packed[:20] + b"\0" * 40 + packed[60:], "Content-Encoding: gzip"))
        self.assertFraming(whole(ARTICLE, "Content-Encoding: " + ", ".join(["gzip"] * 6)))

    def test_no_http(self):
        self.assertFraming(b"SSH-2.0-OpenSSH_9.2\r\n")
        self.assertFraming(b"")

    def test_endless_headers(self):
        def endless(_, connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.sendall(b"X-Filler: " + b"x" * 1000 + b"\r\n")
        self.assertFraming(endless)
        self.assertFraming(lambda _, connection: connection.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2_000_000))


class Sizes(Case):
    EXTRA = "transfer_timeout = \"13s\""

    def test_bodies_over_the_wire_limit(self):
        self.assertRefused(self.serve(head(200, "Content-Length: 10000000") + b"x" * 10_000_000), "body_too_large")

        def endless(_, connection):
            connection.sendall(head(200, "Transfer-Encoding: chunked"))
            while True:
                connection.sendall(chunk(b"word " * 20_000))
        reply = self.assertRefused(self.serve(endless), "body_too_large")
        self.assertLess(reply["wire_bytes"], 5 << 20)

    def test_bombs(self):
        self.assertRefused(self.serve(whole(gzip.compress(b"\n" * (15 << 20)), "Content-Encoding: gzip")), "body_too_large")
        twice = gzip.compress(gzip.compress(b" " * (200 << 20)))
        self.assertRefused(self.serve(whole(twice, "Content-Encoding: gzip, gzip")), "body_too_large")

        def nothing(_, connection):
            connection.sendall(head(200, "Content-Encoding: gzip", "Transfer-Encoding: chunked"))
            connection.sendall(chunk(gzip.compress(b"")[:10]))
            while True:  # stored blocks of no bytes: decodes to nothing for ever
                connection.sendall(chunk(b"\0\0\0\xff\xff" * 10_000))
        self.assertRefused(self.serve(nothing), "body_too_large")

    def test_pages_that_are_built_to_hurt_the_parser(self):
        self.assertRefused(self.serve(whole(b"<html><body>" + b"<span>" * 400_000)), "content_invalid")
        self.assertRefused(self.serve(whole(b"<html><body>" + b"<font><div>" * 60_000)), "content_invalid")
        self.assertPage(self.serve(whole(ARTICLE)))

    def test_a_drip_ends_by_its_speed(self):
        def drip(_, connection):
            connection.sendall(head(200, "Content-Length: 1000"))
            while True:
                connection.sendall(b"x")
                time.sleep(0.5)
        begun = time.monotonic()
        self.assertRefused(self.serve(drip), "timeout")
        self.assertLess(time.monotonic() - begun, 12.5)

    def test_silence_ends_by_the_total_time(self):
        def silent(_, connection):
            connection.recv(1)
        begun = time.monotonic()
        self.assertRefused(self.serve(silent), "timeout")
        self.assertLess(time.monotonic() - begun, 15)


class Limits(Case):
    EXTRA = "worker_cpu_max = \"1s\"\nper_host_interval = \"400ms\"\nper_host_max = 1"

    def test_a_host_is_asked_at_its_interval(self):
        urls = [self.serve(whole(ARTICLE)) for _ in range(4)]
        self.assertPage(urls[0])  # and robots.txt
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(self.fetcher.fetch, urls))
        self.assertGreaterEqual(time.monotonic() - begun, 1.2)

    def test_a_client_that_goes_takes_its_fetch_back(self):
        def silent(_, connection):
            try:
                connection.recv(1)
            finally:
                ended.append(True)
        ended = []
        url = self.serve(silent)
        client = UnixConnection(self.fetcher.socket)
        client.request("POST", "/fetch", json.dumps({"url": url, "provenance": "user"}))
        peers.wait_until(lambda: self.web.requested(url[len(self.base):]), "the request")
        client.close()
        peers.wait_until(lambda: ended and self.fetcher.status()["workers"] == 0, "the worker's end")
        self.assertEqual(self.fetcher.status()["cancelled"], 1)


class Service(Case):
    def test_bad_requests_are_answered(self):
        for body in ("", "{", "[]", "[" * 10_000, '{"url": 1}', '{"url": "https://a.example.org/", "provenance": "model"}',
                     '{"url": "https://a.example.org/", "unknown": 1}', '{"url": ""}'):
            status, text = self.fetcher.request("POST", "/fetch", body)
            self.assertEqual(status, 400, body)
            self.assertTrue(json.loads(text)["error"])
        self.assertEqual(self.fetcher.request("POST", "/fetch", "x" * 20_000)[0], 413)
        self.assertEqual(self.fetcher.request("GET", "/fetch")[0], 405)
        self.assertEqual(self.fetcher.request("GET", "/nowhere")[0], 404)

    def test_the_socket_is_its_groups_alone(self):
        self.assertEqual(stat.S_IMODE(self.fetcher.socket.stat().st_mode), 0o660)

    def test_status_counts_and_tells_the_sandbox(self):
        self.assertRefused("https://127.0.0.1/", "ip_literal")
        status = self.fetcher.status()
        self.assertGreaterEqual(status["verdicts"]["ip_literal"], 1)
        self.assertIn("seccomp", status["sandbox"]["in_force"])
        self.assertEqual(status["sandbox"]["missing"], [])

    def test_a_live_socket_is_not_taken(self):
        second = subprocess.run([BIN / "seekd-fetcher", "--config", self.fetcher.config], capture_output=True, text=True, timeout=30)
        self.assertEqual(second.returncode, 1)
        self.assertIn(str(self.fetcher.socket), second.stderr)
        self.assertEqual(self.fetcher.status()["sandbox"]["missing"], [])

    def test_a_missing_authority_is_named(self):
        config = self.fetcher.folder / "other.toml"
        config.write_text(self.fetcher.config.read_text().replace("ca.pem", "absent.pem"))
        done = subprocess.run([BIN / "seekd-fetcher", "--config", config], capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 1)
        self.assertIn("absent.pem", done.stderr)

    def test_wrong_usage(self):
        self.assertEqual(subprocess.run([BIN / "seekd-fetcher", "--nonsense"], capture_output=True).returncode, 2)


class Lifetime(Case):
    def children(self):
        text = pathlib.Path(f"/proc/{self.fetcher.process.pid}/task/{self.fetcher.process.pid}/children").read_text()
        return [int(word) for word in text.split()]

    def test_what_a_killed_broker_leaves_is_replaced(self):
        zygote, = self.children()
        self.fetcher.process.kill()
        self.fetcher.process.wait()
        peers.wait_until(lambda: not pathlib.Path(f"/proc/{zygote}").exists(), "the zygote's end")
        self.assertTrue(self.fetcher.socket.exists())
        self.fetcher.start()
        self.assertPage(self.serve(whole(ARTICLE)))

    def test_the_zygote_is_locked_in(self):
        zygote, = self.children()
        lines = pathlib.Path(f"/proc/{zygote}/status").read_text().splitlines()
        status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        self.assertEqual((status["Seccomp"], status["NoNewPrivs"]), ("2", "1"))
        self.assertEqual(sorted(os.readlink(f"/proc/{zygote}/fd/{fd}") for fd in range(3)), ["/dev/null"] * 3)

    def test_sigterm_ends_it_and_removes_the_socket(self):
        self.assertEqual(self.fetcher.stop(), 0)
        self.assertFalse(self.fetcher.socket.exists())
        self.fetcher.start()

    def test_a_group_that_is_stopped_ends_in_order(self):
        os.kill(self.children()[0], signal.SIGTERM)
        self.assertPage(self.serve(whole(ARTICLE)))
        self.assertEqual(self.fetcher.stop(), 0)
        self.fetcher.start()

    def test_without_the_zygote_it_ends(self):
        os.kill(self.children()[0], signal.SIGKILL)
        self.assertEqual(self.fetcher.process.wait(timeout=10), 1)
        self.fetcher.start()


if __name__ == "__main__":
    unittest.main()
