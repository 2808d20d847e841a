"""Starts and speaks to the built programs, as a user of theirs would."""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import urllib.parse

import network


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("seekd", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


def request(path, method, target, body=None, timeout=120, headers=None):
    """(status, headers, parsed JSON or text) of one request over a unix socket; a dict is sent as JSON."""
    connection = UnixConnection(path, timeout)
    if isinstance(body, (dict, list)):
        body = json.dumps(body)
    try:
        connection.request(method, target, body, {**({"Content-Type": "application/json"} if body is not None else {}), **(headers or {})})
        reply = connection.getresponse()
        text = reply.read().decode()
        kind = reply.getheader("Content-Type", "")
        return reply.status, reply.headers, json.loads(text) if kind.startswith("application/json") else text
    finally:
        connection.close()


class Programs:
    """seekd and seekd-fetcher with one configuration in one folder."""

    def __init__(self, bin_folder, folder, ca_file, extra=""):
        self.bin, self.folder = bin_folder, folder
        self.socket, self.fetcher_socket = folder / "seekd.sock", folder / "fetcher.sock"
        self.config = folder / "etc" / "seekd.toml"  # the door may read its folder
        self.config.parent.mkdir(exist_ok=True)
        self.config.write_text(f"""
[daemon]
socket = "{self.socket}"
http_listen = "127.0.0.1:8017"
[fetcher]
socket = "{self.fetcher_socket}"
ca_file = "{ca_file}"
dns_servers = ["{network.NAME_SERVER}"]
[cache]
directory = "{folder}/cache"
[answer]
tokens_max = 64
[[egress.exception]]
address = "{network.WEB}"
port = 443
reason = "the tests' own web server"
{extra}""")
        self.seekd = self.fetcher = None

    def start_fetcher(self):
        self.fetcher = self._spawn("seekd-fetcher")
        self._wait(self.fetcher, "seekd-fetcher", self.fetcher_socket, "/status")

    def start_seekd(self):
        self.seekd = self._spawn("seekd")
        self._wait(self.seekd, "seekd", self.socket, "/health")

    def _spawn(self, program):
        with open(self.folder / f"{program}.log", "a") as log:
            return subprocess.Popen([self.bin / program, "--config", self.config], stderr=log)

    def _wait(self, process, program, path, target):
        network.wait_until(lambda: process.poll() is not None or self._answers(path, target), program, 60)
        if process.poll() is not None:
            raise RuntimeError(f"{program} ended with {process.returncode}:\n{self.log(program)}")

    @staticmethod
    def _answers(path, target):
        try:
            return request(path, "GET", target, timeout=5)[0] == 200
        except OSError:
            return False

    def ask(self, question, **fields):
        body = {"messages": [{"role": "user", "content": question}], **fields}
        return request(self.socket, "POST", "/v1/chat/completions", body)

    def metric_families(self):
        """GET /metrics as Prometheus' own parser reads it."""
        status, headers, text = request(self.socket, "GET", "/metrics")
        assert status == 200 and headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8", (status, headers)
        reader = pathlib.Path(__file__).with_name("read_metrics.py")
        read = subprocess.run(["/usr/bin/python3", reader], input=text, capture_output=True, text=True, check=True)
        return json.loads(read.stdout)

    def metrics(self):
        """{name: {labels as sorted tuples of pairs: value}}."""
        samples = {}
        for family in self.metric_families():
            for sample in family["samples"]:
                samples.setdefault(sample["name"], {})[tuple(sorted(sample["labels"].items()))] = sample["value"]
        return samples

    def page(self, url, version=None):
        query = urllib.parse.urlencode({"url": url, **({"version": version} if version else {})})
        return request(self.socket, "GET", f"/seekd/v1/page?{query}")

    def fetcher_status(self):
        return request(self.fetcher_socket, "GET", "/status")[2]

    def fetch(self, url):
        return request(self.socket, "POST", "/seekd/v1/fetch", {"url": url})[2]

    def ctl(self, *arguments, **options):
        return subprocess.run([self.bin / "seekctl", *arguments], capture_output=True, text=True, timeout=120,
                              env=dict(os.environ, SEEKD_CONFIG=str(self.config)), **options)

    def log(self, program):
        return (self.folder / f"{program}.log").read_text()

    @staticmethod
    def kill(process):
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self):
        for process in (self.seekd, self.fetcher):
            if process and process.poll() is None:
                process.terminate()
                process.wait(timeout=40)
