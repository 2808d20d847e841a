"""The peers that the *_peers_test.py let seekd-fetcher meet: a name server, and a web server that writes raw bytes.

Everything listens on 127.0.0.1 with ports of its own; the policy that the test writes names them as exceptions.
"""

import pathlib
import socket
import ssl
import subprocess
import threading
import time


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.02)
    raise TimeoutError(f"waited {seconds} s for {what}")


class Authority:
    """A private certificate authority and what it signs."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.certificate = self._issue("ca", "test authority")

    def server(self, host):
        return self._issue(host, host, "-addext", f"subjectAltName=DNS:{host}", "-addext", "basicConstraints=critical,CA:FALSE",
                           "-CA", self.certificate, "-CAkey", self.folder / "ca.key")

    def self_signed(self, host):
        return self._issue(host, host, "-addext", f"subjectAltName=DNS:{host}")

    def expired(self, host):
        """Signed like any other, until yesterday."""
        request, certificate = self.folder / f"{host}.csr", self.folder / f"{host}.pem"
        for command in (["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                         f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}", "-keyout", certificate.with_suffix(".key"),
                         "-out", request],
                        ["openssl", "x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.folder / "ca.key",
                         "-copy_extensions", "copy", "-days", "-1", "-out", certificate]):
            subprocess.run([str(word) for word in command], check=True, capture_output=True)
        return certificate

    def _issue(self, name, subject, *options):
        certificate = self.folder / f"{name}.pem"
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                   "2", "-subj", f"/CN={subject}", "-keyout", self.folder / f"{name}.key", "-out", certificate, *options]
        subprocess.run([str(word) for word in command], check=True, capture_output=True)
        return certificate


class NameServer:
    """dnsmasq with the given answers, a dictionary from host to addresses."""

    def __init__(self, answers):
        self.port = free_port(socket.SOCK_DGRAM)
        records = [f"--host-record={host},{address}" for host, addresses in answers.items() for address in addresses]
        self.process = subprocess.Popen(
            ["dnsmasq", "--keep-in-foreground", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--pid-file=",
             "--user=root", "--group=root", f"--port={self.port}", "--listen-address=127.0.0.1", "--bind-interfaces", *records],
            stderr=subprocess.DEVNULL)
        wait_until(self._listens, "dnsmasq")

    def _listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def close(self):
        self.process.terminate()
        self.process.wait()


class Request:
    """The head of a request, as it came; its body beside it."""

    def __init__(self, text):
        lines = text.split("\r\n")
        self.method, self.target, _ = lines[0].split(" ", 2)
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}


class WebServer:
    """Calls `answer(request, connection)` for every connection; what it writes is what the client gets.

    contexts: host to SSLContext, chosen by SNI; None: plain HTTP.
    """

    def __init__(self, answer, contexts=None):
        self.answer, self.contexts = answer, contexts
        self.requests = []
        self.handshakes_failed = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            if self.contexts:
                connection = self._context().wrap_socket(connection, server_side=True)
            with connection:
                connection.settimeout(60)
                text = b""
                while b"\r\n\r\n" not in text:
                    piece = connection.recv(65536)
                    if not piece:
                        return
                    text += piece
                head, _, body = text.partition(b"\r\n\r\n")
                request = Request(head.decode("latin-1"))
                while len(body) < int(request.headers.get("content-length", 0)):
                    body += connection.recv(65536)
                request.body = body
                self.requests.append(request)
                self.answer(request, connection)
        except ssl.SSLError:
            self.handshakes_failed += 1
        except OSError:
            pass  # the client went away, which is what many of these tests are about

    def _context(self):
        def choose(connection, host, _):
            connection.context = self.contexts.get(host, default)
        default = next(iter(self.contexts.values()))
        chooser = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        chooser.load_cert_chain(*default.files)
        chooser.sni_callback = choose
        return chooser

    def requested(self, target):
        return [request for request in self.requests if request.target == target]

    def close(self):
        self.listener.close()


def tls_context(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.files = (certificate, certificate.with_suffix(".key"))
    context.load_cert_chain(*context.files)
    return context
