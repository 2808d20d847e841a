"""The examples of nginx and HAProxy in packaging/proxies, started as they stand but for ports and certificates, in front of
the daemon.

usage: proxies_test.py BIN_FOLDER
"""

import http.client
import json
import pathlib
import socket
import ssl
import subprocess
import time

import case
import network
from case import KESTREL, SITE, article

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "packaging" / "proxies"
NAME = "seekd.example.org"


class Proxies(case.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certificate, cls.key = cls.web.authority.server("proxy", NAME)
        cls.web.write("/proxied.html", article("Kestrel", *KESTREL))

    def example(self, name, **replaced):
        """The example with each text replaced, which has to be in it; in a file of the test's own."""
        text = (EXAMPLES / name).read_text(encoding="utf-8")
        for old, new in replaced.values():
            self.assertIn(old, text)
            text = text.replace(old, new)
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def start(self, *command, port):
        log = open(self.folder / f"{pathlib.Path(command[0]).name}.log", "w+", encoding="utf-8")
        self.addCleanup(log.close)
        proxy = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log)
        self.addCleanup(proxy.wait, 20)
        self.addCleanup(proxy.terminate)
        self.port = port
        network.wait_until(lambda: proxy.poll() is not None or self.answers(), command[0], 30)
        log.seek(0)
        self.assertIsNone(proxy.poll(), log.read())

    def connection(self):
        context = ssl.create_default_context(cafile=self.web.authority.certificate)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        raw = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=120, context=context)
        raw.sock = context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), 120), server_hostname=NAME)
        return raw

    def request(self, method, target, body=None, headers=None):
        connection = self.connection()
        connection.request(method, target, json.dumps(body) if body else None,
                           {"Host": f"{NAME}:{self.port}", "Content-Type": "application/json", **(headers or {})})
        return connection, connection.getresponse()

    def answers(self):
        try:
            connection, reply = self.request("GET", "/health")
            connection.close()
            return reply.status == 200
        except OSError:
            return False

    def check_what_a_client_sees(self):
        question = {"messages": [{"role": "user", "content": "When was Kestrel 4.2 released?"}], "urls": [f"{SITE}/proxied.html"]}
        connection, reply = self.request("POST", "/v1/chat/completions", question, {"Origin": f"https://{NAME}"})
        answer = json.loads(reply.read())
        connection.close()
        self.assertEqual(reply.status, 200, answer)
        self.assertIn(f"{SITE}/proxied.html", answer["citations"])
        self.check_that_words_come_as_they_are_written(question)

    def check_that_words_come_as_they_are_written(self, question):
        """Pieces that a proxy kept back would all arrive at the end, together."""
        # With a salt of its own, so that the answer is written once more.
        connection, reply = self.request("POST", "/v1/chat/completions", {**question, "stream": True, "cache_salt": self.id()})
        self.assertIn("text/event-stream", reply.getheader("Content-Type"))
        arrived = []
        while line := reply.readline():
            if line.startswith(b"data: "):
                arrived.append((time.monotonic(), line))
        connection.close()
        self.assertEqual(arrived[-1][1].strip(), b"data: [DONE]")
        self.assertGreater(arrived[-1][0] - arrived[0][0], 0.001)
        self.assertGreater(len(arrived), 5)

    def test_behind_nginx(self):
        site = self.example("nginx.conf", port=("listen 8443", "listen 18443"), certificate=("/etc/ssl/seekd/fullchain.pem", str(self.certificate)),
                            key=("/etc/ssl/seekd/key.pem", str(self.key)))
        paths = "".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        whole = self.folder / "whole.conf"
        whole.write_text(f"daemon off; pid {self.folder}/proxy.pid; error_log stderr;\nevents {{}}\nhttp {{ access_log off; {paths}\ninclude {site};\n}}\n")
        self.start("nginx", "-c", whole, port=18443)
        self.check_what_a_client_sees()

    def test_behind_haproxy(self):
        both = self.folder / "combined.pem"
        both.write_bytes(pathlib.Path(self.certificate).read_bytes() + pathlib.Path(self.key).read_bytes())
        configuration = self.example("haproxy.cfg", port=("bind :8443", "bind 127.0.0.1:28443"), certificate=("/etc/ssl/seekd/combined.pem", str(both)))
        self.start("haproxy", "-db", "-f", configuration, port=28443)
        self.check_what_a_client_sees()


if __name__ == "__main__":
    case.main()
