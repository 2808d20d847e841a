"""seekd-fetcher behind a forward proxy: every connection is a CONNECT, and TLS goes through it end to end.

usage: proxy_peers_test.py BIN_FOLDER
"""

import base64
import json
import os
import socket
import subprocess
import threading
import unittest

import peers
from door import ARTICLE, BIN, Case, head, whole


class Proxy(peers.WebServer):
    """A forward proxy that connects to the port it is asked for, on loopback, unless `refuses` says otherwise."""

    def __init__(self):
        super().__init__(self._connect)
        self.refuses = {}
        self.wants = None  # the Proxy-Authorization of those that it lets through

    def _connect(self, request, client):
        host, port = request.target.rsplit(":", 1)
        if self.wants and request.headers.get("proxy-authorization") != self.wants:
            client.sendall(head(407, 'Proxy-Authenticate: Basic realm="x"', "Content-Length: 0"))
            return
        if host in self.refuses:
            client.sendall(self.refuses[host])
            return
        with socket.create_connection(("127.0.0.1", int(port))) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 tests\r\n\r\n")
            threading.Thread(target=self._copy, args=(server, client), daemon=True).start()
            self._copy(client, server)

    @staticmethod
    def _copy(source, target):
        try:
            while piece := source.recv(65536):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def hosts(self):
        return [request.target.rsplit(":", 1)[0] for request in self.requests]


class BehindAProxy(Case):
    @classmethod
    def more_servers(cls, folder, contexts):
        cls.proxy = Proxy()
        cls.addClassCleanup(cls.proxy.close)
        os.environ["SEEKD_EGRESS_PROXY"] = f"127.0.0.1:{cls.proxy.port}"
        cls.addClassCleanup(os.environ.pop, "SEEKD_EGRESS_PROXY")
        return []  # no exception names the proxy: that the policy names it opens it

    def test_a_page_comes_through_and_its_robots_too(self):
        self.proxy.requests.clear()
        self.assertPage(self.serve(whole(ARTICLE)).replace("docs.", "years."))
        self.assertEqual([(request.method, request.target) for request in self.proxy.requests],
                         [("CONNECT", f"years.example.org:{self.web.port}")] * 2)

    def test_the_proxy_hears_nothing_of_what_is_asked(self):
        self.assertPage(self.serve(whole(ARTICLE)), etag='"secret"')
        for request in self.proxy.requests:
            self.assertEqual(set(request.headers) - {"host", "user-agent", "proxy-connection"}, set())

    def test_plain_http_is_tunnelled_as_well(self):
        self.serve(whole(ARTICLE))
        path = list(self.site.pages)[-1]
        self.assertPage(f"http://plain.example.org:{self.plain.port}{path}")
        self.assertEqual(self.proxy.requests[-1].method, "CONNECT")

    def test_names_are_the_proxys_to_resolve_and_addresses_its_to_judge(self):
        for host in ("absent.example.org", "private.example.org"):
            self.assertRefused(self.url(host), "tls_failed")  # it was connected to; the tests' server is another host
            self.assertIn(host, self.proxy.hosts())

    def test_certificates_are_the_hosts_own(self):
        self.assertRefused(self.url("wronghost.example.org"), "tls_failed")
        self.assertRefused(self.url("selfsigned.example.org"), "tls_failed")

    def test_what_is_refused_before_a_connection_never_reaches_the_proxy(self):
        self.proxy.requests.clear()
        for url, reason in (("https://127.0.0.1/", "ip_literal"), ("https://user@docs.example.org/", "userinfo"),
                            ("https://docs.example.org:1/", "port_denied"), ("http://docs.example.org/", "scheme_denied"),
                            ("https://wiki.internal/", "special_name")):
            self.assertRefused(url, reason)
        self.assertEqual(self.proxy.requests, [])
        self.assertRefused(self.url("closed.example.org"), "robots_denied")
        self.assertEqual(self.proxy.hosts(), ["closed.example.org"])

    def test_a_redirect_is_judged_and_asked_for_anew(self):
        target = self.serve(whole(ARTICLE)).replace("docs.", "other.")
        self.assertPage(self.serve(whole(b"", f"Location: {target}", status=302)))
        self.assertRefused(self.serve(whole(b"", "Location: https://169.254.169.254/", status=302)), "ip_literal")

    def test_a_proxy_that_refuses_or_fails_is_told_from_the_site(self):
        self.proxy.refuses["picky.example.org"] = head(403, "Content-Length: 0")
        self.assertIn("CONNECT with status 403", self.assertRefused(self.url("picky.example.org"), "address_denied")["message"])
        self.proxy.refuses["picky.example.org"] = head(502, "Content-Length: 0")
        self.assertIn("CONNECT with status 502", self.assertRefused(self.url("picky.example.org"), "connect_failed")["message"])
        for nonsense in (b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.", b"", b"\r\n" * 9000,
                         b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 4000 + b"\r\n"):
            self.proxy.refuses["picky.example.org"] = nonsense
            self.assertRefused(self.url("picky.example.org"), "connect_failed")


class BehindAProxyThatAsksForCredentials(BehindAProxy):
    PASSWORD = "correct horse:battery"

    @classmethod
    def more_servers(cls, folder, contexts):
        super().more_servers(folder, contexts)
        cls.proxy.wants = "Basic " + base64.b64encode(f"reader:{cls.PASSWORD}".encode()).decode()
        credentials = folder / "proxy.credentials"
        credentials.touch(mode=0o600)
        credentials.write_text(f"127.0.0.1:{cls.proxy.port} reader:{cls.PASSWORD}\n192.0.2.1:1 other:other\n")
        cls.EXTRA = f'proxy_credentials = "{credentials}"'
        return []

    def test_the_proxy_hears_nothing_of_what_is_asked(self):
        self.assertPage(self.serve(whole(ARTICLE)), etag='"secret"')
        for request in self.proxy.requests:
            self.assertEqual(set(request.headers), {"host", "user-agent", "proxy-authorization"})

    def test_the_server_behind_never_meets_the_credentials(self):
        seen = []

        def page(request, connection):
            seen.append(dict(request.headers))
            connection.sendall(whole(ARTICLE))
        self.assertPage(self.serve(page))
        self.assertNotIn("proxy-authorization", seen[0])

    def test_other_credentials_are_told_as_such_once_and_printed_nowhere(self):
        wanted, self.proxy.wants = self.proxy.wants, "Basic b3RoZXI6b3RoZXI="
        self.addCleanup(setattr, self.proxy, "wants", wanted)
        self.proxy.requests.clear()
        reply = self.assertRefused(self.url("years.example.org"), "proxy_unauthorized")
        self.assertIn("proxy_credentials", reply["message"])
        self.assertEqual(len(self.proxy.requests), 1)  # who is refused does not knock until the door is locked
        printed = self.fetcher.log.read_text() + json.dumps(self.fetcher.status()) + json.dumps(reply)
        for secret in ("battery", "horse", wanted.split()[1], "reader"):
            self.assertNotIn(secret, printed)

    def test_a_file_that_others_may_read_keeps_the_door_from_starting(self):
        config = self.fetcher.folder / "loose.toml"
        loose = self.fetcher.folder / "loose.credentials"
        loose.write_text(f"127.0.0.1:1 reader:{self.PASSWORD}\n")
        loose.chmod(0o644)
        config.write_text(self.fetcher.config.read_text().replace("proxy.credentials", "loose.credentials"))
        done = subprocess.run([BIN / "seekd-fetcher", "--config", config], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("chmod", done.stderr)
        self.assertNotIn("battery", done.stderr)


if __name__ == "__main__":
    unittest.main()
