"""HTTP/2 peers: nginx, and a server that writes whatever frames a test asks for (RFC 9113, RFC 7541)."""

import ssl
import subprocess

import peers

DATA, HEADERS, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, CONTINUATION = 0, 1, 3, 4, 5, 6, 7, 9
END_STREAM, ACK, END_HEADERS, PADDED = 0x1, 0x1, 0x4, 0x8
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def integer(value, prefix_bits, first=0):
    """RFC 7541 §5.1."""
    limit = (1 << prefix_bits) - 1
    if value < limit:
        return bytes([first | value])
    out, value = [first | limit], value - limit
    while value >= 128:
        out.append(value % 128 + 128)
        value //= 128
    return bytes([*out, value])


def field(name, value, first=0x00, prefix_bits=4):
    """A literal with a new name (§6.2); first 0x40 also puts it into the dynamic table."""
    del prefix_bits
    name, value = name.encode(), value.encode()
    return bytes([first]) + integer(len(name), 7) + name + integer(len(value), 7) + value


def fields(*pairs):
    return b"".join(field(name, value) for name, value in pairs)


def response_head(*pairs, status=200, kind="text/html; charset=utf-8"):
    return fields((":status", str(status)), ("content-type", kind), *pairs)


def response(stream, body, *pairs, **named):
    return (frame(HEADERS, END_HEADERS, stream, response_head(*pairs, **named)) +
            b"".join(frame(DATA, 0, stream, body[at:at + 16384]) for at in range(0, len(body), 16384)) +
            frame(DATA, END_STREAM, stream))


class FrameServer(peers.WebServer):
    """Calls `answer(stream, connection)` when a request's HEADERS have come, SETTINGS exchanged."""

    def __init__(self, answer, certificate):
        context = peers.tls_context(certificate)
        context.set_alpn_protocols(["h2"])
        self.streams = 0
        super().__init__(answer, {"": context})

    def _context(self):
        return next(iter(self.contexts.values()))

    def _serve(self, connection):
        try:
            with self._context().wrap_socket(connection, server_side=True) as tls:
                tls.settimeout(60)
                reader = tls.makefile("rb")
                if tls.selected_alpn_protocol() != "h2" or reader.read(len(PREFACE)) != PREFACE:
                    return
                tls.sendall(frame(SETTINGS, 0, 0) + frame(SETTINGS, ACK, 0))
                while True:
                    head = reader.read(9)
                    if len(head) < 9:
                        return
                    reader.read(int.from_bytes(head[:3], "big"))
                    if head[3] == HEADERS:
                        self.streams += 1
                        self.answer(int.from_bytes(head[5:], "big"), tls)
        except (ssl.SSLError, OSError):
            pass  # the client went away, which is what many of these tests are about


class Nginx:
    """nginx with HTTP/2 over TLS, serving a folder."""

    def __init__(self, folder, certificate, pages):
        self.folder = folder / "nginx"
        (self.folder / "pages").mkdir(parents=True)
        for name, body in pages.items():
            (self.folder / "pages" / name).write_bytes(body)
        self.port = peers.free_port()
        (self.folder / "nginx.conf").write_text(f"""
daemon off; master_process off; pid {self.folder}/pid; error_log {self.folder}/error.log;
events {{ }}
http {{
  access_log off;
  log_format protocol "$server_protocol $ssl_protocol $request_uri";
  client_body_temp_path {self.folder}; proxy_temp_path {self.folder}; fastcgi_temp_path {self.folder};
  uwsgi_temp_path {self.folder}; scgi_temp_path {self.folder};
  types {{ text/html html; }}
  server {{
    listen 127.0.0.1:{self.port} ssl http2;
    ssl_certificate {certificate}; ssl_certificate_key {certificate.with_suffix(".key")};
    ssl_protocols TLSv1.2 TLSv1.3;
    root {self.folder}/pages; gzip on; gzip_types text/html; charset utf-8;
    access_log {self.folder}/access.log protocol;
    location /old {{ return 301 /page.html; }}
  }}
}}
""")
        self.process = subprocess.Popen(["nginx", "-c", self.folder / "nginx.conf", "-e", self.folder / "error.log"],
                                        stderr=subprocess.DEVNULL)
        peers.wait_until(lambda: (self.folder / "pid").exists(), "nginx")

    def log(self):
        return (self.folder / "access.log").read_text().splitlines()

    def close(self):
        self.process.terminate()
        self.process.wait()
