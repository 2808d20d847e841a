"""A small internet of the tests' own: two network namespaces, one name server, one web server with TLS.

The door's side holds seekd and seekd-fetcher; the web's side holds dnsmasq and nginx. Nothing of it can reach, or be
reached from, the host's network. It works as root, and as any user where user namespaces are allowed.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import time

DOOR, NAME_SERVER, WEB = "198.51.100.1", "198.51.100.53", "198.51.100.10"
INSIDE = "E2E_INSIDE_NAMESPACES"


def enter_own_namespaces():
    """Runs this program again inside namespaces that end with it; returns when already inside."""
    if os.environ.get(INSIDE):
        return
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    os.environ[INSIDE] = "yes"
    os.execvp("unshare", ["unshare", *user, "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
                          sys.executable, *sys.argv])


def run(*command):
    subprocess.run([str(word) for word in command], check=True, capture_output=True)


def wait_until(condition, what, seconds=15):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    raise TimeoutError(f"waited {seconds} s for {what}")


class Authority:
    """A private certificate authority."""

    def __init__(self, folder):
        self.folder = folder
        self.certificate = folder / "ca.pem"
        self._issue("ca", "/CN=test authority")

    def server(self, name, host, *options):
        """Key and certificate for a host; options go to openssl (-days 0 …)."""
        signed = ["-CA", self.certificate, "-CAkey", self.folder / "ca.key"]
        self._issue(name, f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}",
                    "-addext", "basicConstraints=critical,CA:FALSE", *signed, *options)
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"

    def self_signed(self, name, host):
        self._issue(name, f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}")
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"

    def _issue(self, name, subject, *options):
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", subject, "-keyout", self.folder / f"{name}.key", "-out", self.folder / f"{name}.pem", *options)


class Internet:
    """REQUIRES: enter_own_namespaces(). Ends with the process, or with close()."""

    more_answers = []  # of dnsmasq, as its options

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.root = self.folder / "www"
        self.root.mkdir()
        self.authority = Authority(self.folder)
        self.processes = []
        self._make_networks()
        self._start_name_server()
        self._start_web_server()

    def _make_networks(self):
        run("ip", "link", "set", "lo", "up")
        self.far = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        self.processes.append(self.far)
        wait_until(lambda: os.readlink(f"/proc/{self.far.pid}/ns/net") != os.readlink("/proc/self/ns/net"), "a namespace")
        run("ip", "link", "add", "door", "type", "veth", "peer", "name", "web", "netns", str(self.far.pid))
        run("ip", "address", "add", f"{DOOR}/24", "dev", "door")
        run("ip", "link", "set", "door", "up")
        for address in (NAME_SERVER, WEB):
            run(*self._far("ip", "address", "add", f"{address}/24", "dev", "web"))
        run(*self._far("ip", "link", "set", "lo", "up"))
        run(*self._far("ip", "link", "set", "web", "up"))

    def _far(self, *command):
        return ["nsenter", "--net", "--target", str(self.far.pid), *map(str, command)]

    def _start_name_server(self):
        answers = [f"--address=/example.org/{WEB}", "--address=/inward.example.org/127.0.0.1",
                   "--address=/metadata.example.org/169.254.169.254", "--address=/private.example.org/10.0.0.1",
                   f"--host-record=mixed.example.org,{WEB}", "--host-record=mixed.example.org,192.168.1.1",
                   "--host-record=vault.internal,10.0.0.2", "--cname=alias.example.org,vault.internal"]
        self.processes.append(subprocess.Popen(
            self._far("dnsmasq", "--keep-in-foreground", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--user=root",
                      "--group=root", "--pid-file=", f"--listen-address={NAME_SERVER}", "--bind-interfaces", *answers, *self.more_answers),
            stderr=subprocess.DEVNULL))

    def _start_web_server(self):
        good = self.authority.server("good", "*.example.org")
        other = self.authority.server("other", "elsewhere.example.net")
        self_signed = self.authority.self_signed("self", "selfsigned.example.org")
        self.access_log = self.folder / "access.log"
        (self.folder / "nginx.conf").write_text(f"""
daemon off; user root; pid {self.folder}/nginx.pid; worker_processes 1; error_log {self.folder}/nginx.log;
events {{ worker_connections 256; }}
http {{
  types {{ text/html html; text/plain txt; application/atom+xml atom; application/xml xml; application/pdf pdf; application/zip zip; }}
  log_format seen '$host $status $request_uri match=$http_if_none_match since=$http_if_modified_since agent=$http_user_agent';
  access_log {self.access_log} seen;
  charset utf-8;
  root {self.root};
  ssl_certificate {good[0]}; ssl_certificate_key {good[1]};
  server {{
    listen {WEB}:443 ssl default_server; server_name *.example.org;
    location /short/ {{ add_header Cache-Control "max-age=2"; }}
    location /long/ {{ add_header Cache-Control "max-age=3600"; }}
    location /strict/ {{ add_header Cache-Control "max-age=0, must-revalidate"; }}
    location /secret/ {{ add_header Cache-Control "no-store"; }}
    location = /hooks/taken {{ return 204; }}
    location = /to-loopback {{ return 302 https://inward.example.org/; }}
    location = /to-address {{ return 302 https://127.0.0.1/; }}
    location = /to-http {{ return 302 http://docs.example.org/long/page.html; }}
    location = /to-page {{ return 302 /long/page.html; }}
    location = /to {{ return 302 https://$query_string/; }}
    location = /round {{ return 302 /round; }}
    location = /broken {{ return 500; }}
  }}
  server {{ listen {WEB}:443 ssl; server_name wronghost.example.org;
            ssl_certificate {other[0]}; ssl_certificate_key {other[1]}; }}
  server {{ listen {WEB}:443 ssl; server_name selfsigned.example.org;
            ssl_certificate {self_signed[0]}; ssl_certificate_key {self_signed[1]}; }}
  server {{ listen {WEB}:443 ssl; server_name closed.example.org;
            location = /robots.txt {{ default_type text/plain; return 200 "User-agent: *\\nDisallow: /\\n"; }} }}
  server {{ listen {WEB}:80; server_name docs.example.org; }}
{self.more_servers(*good)}}}
""")
        self.processes.append(subprocess.Popen(
            self._far("nginx", "-e", self.folder / "nginx.log", "-c", self.folder / "nginx.conf")))
        wait_until(lambda: (self.folder / "nginx.pid").exists(), "nginx")

    def more_servers(self, certificate, key):
        """Of nginx, as its configuration; the certificate is of every host."""
        return ""

    def write(self, path, html):
        """Puts a page below the root; its ETag and Last-Modified follow from the file."""
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(html, encoding="utf-8")

    def copy(self, path, source):
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)

    def requests(self, path):
        """The log lines of requests for one path."""
        if not self.access_log.exists():
            return []
        return [line for line in self.access_log.read_text().splitlines() if line.split()[2] == path]

    def close(self):
        # At once: with its namespace the kernel would remove it some time later, and the next one has the same name.
        run("ip", "link", "delete", "door")
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait()
