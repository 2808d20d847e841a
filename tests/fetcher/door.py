"""seekd-fetcher as built, among peers of its own: what the *_peers_test.py of this folder start from.

Each of them is called with the folder of the built programs: NAME_peers_test.py BIN_FOLDER.
"""

import http.client
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import unittest

import peers

BIN = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else pathlib.Path("build/release/bin")

ARTICLE = ("<!doctype html><html lang=en><head><title>Kestrel</title></head><body><main><h1>Kestrel</h1>"
           "<p>Kestrel 4.2 was released on a Tuesday in May, and brought the new scheduler that had been promised for years.</p>"
           "<p>The release notes list every change since 4.1, and thank those who reported what did not work.</p>"
           "</main></body></html>").encode()

# Hosts of example.org by what their robots.txt answers.
ROBOTS = {"closed.example.org": (200, b"User-agent: *\nDisallow: /\n"), "broken.example.org": (503, b""),
          "busy.example.org": (503, b"", "Retry-After: 900"),
          "picky.example.org": (200, b"User-agent: seekd\nDisallow: /private\n\nUser-agent: *\nDisallow: /\n")}

WEB_HOSTS = ["docs.example.org", "other.example.org", "wronghost.example.org", "selfsigned.example.org", "expired.example.org",
             "plain.example.org", "pausing.example.org", "patient.example.org", "years.example.org", *ROBOTS]
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
            status, body, *fields = ROBOTS.get(host, (404, b""))
            return connection.sendall(whole(body, *fields, status=status, kind="text/plain"))
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

    def __init__(self, folder, ca_file, dns_port, ports, extra=""):
        self.folder = pathlib.Path(folder)
        self.socket = self.folder / "fetcher.sock"
        self.config = self.folder / "seekd.toml"
        self.log = self.folder / "fetcher.log"
        exceptions = "".join(f"""
[[egress.exception]]
address = "127.0.0.1"
port = {port}
reason = "the test's own server"
""" for port in ports)
        allowed = [".", *(f"{site}:{port}" for port in ports for site in (".example.org", "http://plain.example.org"))]
        self.config.write_text(f"""
[fetcher]
socket = "{self.socket}"
ca_file = "{ca_file}"
dns_servers = ["127.0.0.1:{dns_port}"]
{extra}
[egress]
allow = {json.dumps(allowed)}
{exceptions}""")
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
    EXTRA = ""  # lines of [fetcher]

    @classmethod
    def more_servers(cls, folder, contexts):
        """Peers beside `web` and `plain`: each has a port, and close()."""
        return []

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        folder = pathlib.Path(temporary.name)
        authority = peers.Authority(folder)
        contexts = {host: peers.tls_context(authority.server(host)) for host in WEB_HOSTS if host != "selfsigned.example.org"}
        contexts["selfsigned.example.org"] = peers.tls_context(authority.self_signed("selfsigned.example.org"))
        contexts["expired.example.org"] = peers.tls_context(authority.expired("expired.example.org"))
        contexts["wronghost.example.org"] = contexts["other.example.org"]
        cls.site = Site()
        cls.names = peers.NameServer(ANSWERS)
        cls.addClassCleanup(cls.names.close)
        cls.web = peers.WebServer(cls.site, contexts)
        cls.addClassCleanup(cls.web.close)
        cls.plain = peers.WebServer(cls.site)
        cls.addClassCleanup(cls.plain.close)
        servers = [cls.web, cls.plain, *cls.more_servers(folder, contexts)]
        for server in servers[2:]:
            cls.addClassCleanup(server.close)
        cls.fetcher = Fetcher(folder, authority.certificate, cls.names.port, [server.port for server in servers], cls.EXTRA)
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
