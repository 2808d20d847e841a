"""seekctl against a seekd on another host's terms: over HTTPS by key and by certificate, what it refuses to believe, and what it
tells those who are refused; keys that are taken back.

usage: remote_test.py BIN_FOLDER
"""

import json
import os
import pathlib
import signal
import socket
import subprocess
import threading

import case
import network

URL = "https://seekd.example.test:8017"


def seekctl(*arguments, environment=None, **options):
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SEEKD_")}
    return subprocess.run([case.BIN / "seekctl", *map(str, arguments)], capture_output=True, text=True, timeout=120,
                          env=inherited | (environment or {}), **options)


class Remote(case.Case):
    @classmethod
    def programs(cls, extra=""):
        cls.clients, cls.servers, cls.strangers = (network.Authority(cls.made(name)) for name in ("clients", "servers", "strangers"))
        cls.certificate = cls.clients.server("monitor", "monitor.example.test")
        cls.renew("seekd.example.test")
        for name, role in (("reader", "reader"), ("auditor", "auditor")):
            cls.create_key(name, role)
        # The name is this host's own, in the tests' mount namespace alone.
        (cls.folder / "hosts").write_text("127.0.0.1 localhost seekd.example.test\n")
        network.run("mount", "--bind", cls.folder / "hosts", "/etc/hosts")
        cls.addClassCleanup(network.run, "umount", "/etc/hosts")
        return super().programs(f"""
[access]
keys_file = "{cls.folder}/keys"
[tls]
certificate = "{cls.folder}/tls.pem"
key = "{cls.folder}/tls.key"
client_ca = "{cls.clients.certificate}"
[[access.caller]]
name = "monitor"
certificate = "monitor.example.test"
roles = ["auditor"]
""")

    @classmethod
    def made(cls, name):
        (cls.folder / name).mkdir()
        return cls.folder / name

    @classmethod
    def renew(cls, host):
        """Another certificate in the place of the one before."""
        certificate, key = cls.servers.server("server", host)
        key.chmod(0o600)
        certificate.replace(cls.folder / "tls.pem")
        key.replace(cls.folder / "tls.key")

    @classmethod
    def expire(cls):
        """A certificate whose last day was yesterday, for the key that there is."""
        network.run("openssl", "req", "-new", "-key", cls.folder / "tls.key", "-subj", "/CN=seekd.example.test",
                    "-addext", "subjectAltName=DNS:seekd.example.test", "-out", cls.folder / "tls.csr")
        network.run("openssl", "x509", "-req", "-in", cls.folder / "tls.csr", "-CA", cls.servers.certificate, "-CAkey",
                    cls.servers.folder / "ca.key", "-copy_extensions", "copy", "-days", "-1", "-out", cls.folder / "tls.pem")

    @classmethod
    def create_key(cls, name, role):
        done = seekctl("token", "create", "--name", name, "--role", role, "--append", cls.folder / "keys")
        (cls.folder / f"{name}.key").write_text(done.stdout)

    def ask(self, command, *arguments, key=None, ca=None, certificate=None, server=URL, **options):
        arguments = [*arguments, "--server", server, "--ca-file", ca or self.servers.certificate]
        if key:
            arguments += ["--key-file", self.folder / f"{key}.key"]
        if certificate:
            arguments += ["--cert", certificate[0], "--cert-key", certificate[1]]
        return seekctl(command, *arguments, **options)

    def reload(self):
        count = lambda: self.seekd.log("seekd").count("who may ask was read again")  # noqa: E731
        before = count()
        self.seekd.seekd.send_signal(signal.SIGHUP)
        network.wait_until(lambda: count() > before, "the reload", 60)

    def assertRefused(self, done, *parts):
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        for part in parts:
            self.assertIn(part, done.stderr)

    def page(self, name):
        self.web.write(f"/long/{name}.html", case.article("Kestrel", *case.KESTREL))
        return f"{case.SITE}/long/{name}.html"

    def test_questions_pages_and_searches_are_answered_over_https(self):
        url = self.page("remote")
        fetched = self.ask("fetch", url, key="reader")
        self.assertEqual(fetched.returncode, 0, fetched.stderr)
        found = self.ask("search", "quorum queues", "--json", key="reader")
        self.assertIn(url, [passage["url"] for passage in json.loads(found.stdout)["passages"]])
        for form in ((), ("--json",), ("--no-stream",)):  # the first is streamed
            answer = self.ask("ask", "When was Kestrel 4.2 released?", "--url", url, *form, key="reader")
            self.assertEqual(answer.returncode, 0, answer.stderr)
            self.assertIn("14 March 2026", answer.stdout)
        self.assertEqual(json.loads(self.ask("status", "--json", key="auditor").stdout)["version"],
                         seekctl("--version").stdout.strip())

    def test_an_assistant_is_served_from_elsewhere(self):
        lines = [{"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {},
                  "clientInfo": {"name": "test", "version": "1"}}}, {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}]
        done = self.ask("mcp", key="reader", input="".join(json.dumps(line) + "\n" for line in lines))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(json.loads(done.stdout.splitlines()[1])["result"]["tools"]), 4)

    def test_the_environment_says_where_and_who(self):
        environment = {"SEEKD_URL": URL, "SEEKD_CA_FILE": str(self.servers.certificate),
                       "SEEKD_KEY_FILE": str(self.folder / "auditor.key")}
        self.assertEqual(seekctl("status", "--json", environment=environment).returncode, 0)
        # What is written on the command line goes before it; other commands are not put off by it.
        self.assertRefused(seekctl("status", "--socket", "/nowhere", environment=environment), "no seekd behind the socket '/nowhere'")
        self.assertEqual(seekctl("config", "check", "--config", self.seekd.config, environment=environment).returncode, 0)
        certificate = {"SEEKD_CERT": str(self.certificate[0]), "SEEKD_CERT_KEY": str(self.certificate[1])}
        del environment["SEEKD_KEY_FILE"]
        self.assertEqual(seekctl("status", "--json", environment=environment | certificate).returncode, 0)

    def test_a_client_is_known_by_its_certificate(self):
        self.assertEqual(self.ask("status", "--json", certificate=self.certificate).returncode, 0)
        self.assertRefused(self.ask("search", "x", certificate=self.certificate), "which none of your roles has", "seekctl token list")
        stranger = self.strangers.server("stranger", "monitor.example.test")
        self.assertRefused(self.ask("status", certificate=stranger), "does not accept the certificate of --cert", "tls.client_ca")
        self.assertRefused(self.ask("status", certificate=(self.certificate[0], stranger[1])), "--cert-key", "cannot be used")

    def test_where_certificates_are_required_who_shows_none_is_told_so(self):
        before = self.seekd.config.read_text()
        self.addCleanup(self.reload)
        self.addCleanup(self.seekd.config.write_text, before)
        self.seekd.config.write_text(before.replace("[tls]\n", '[tls]\nclient_certificates = "required"\n'))
        self.reload()
        self.assertRefused(self.ask("search", "x", key="reader"), "wants a client's certificate", "--cert-key")
        self.assertEqual(self.ask("search", "x", key="reader", certificate=self.certificate).returncode, 0)

    def test_who_has_no_key_or_a_wrong_one_is_told_how_to_send_it(self):
        self.assertRefused(self.ask("search", "x"), "API key", "--key-file", "$SEEKD_KEY_FILE")
        (self.folder / "wrong.key").write_text("seekd_" + 64 * "0" + "\n")
        self.assertRefused(self.ask("search", "x", key="wrong"), "the key is not known", "--key-file")
        self.assertRefused(self.ask("search", "x", key="auditor"), "which none of your roles has", "seekctl token list")
        (self.folder / "two.key").write_text("seekd_1\nseekd_2\n")
        self.assertRefused(self.ask("search", "x", key="two"), "no file with one key")
        self.assertRefused(self.ask("search", "x", key="missing"), "missing.key")

    def test_a_server_that_cannot_be_believed_is_not_told_the_key(self):
        self.assertRefused(self.ask("search", "x", key="reader", ca=self.strangers.certificate), "no authority", "--ca-file")
        self.assertRefused(seekctl("search", "x", "--server", URL), "no authority that this host trusts", "--ca-file")
        self.assertRefused(self.ask("search", "x", key="reader", server="https://localhost:8017"), "is of another name")
        self.assertRefused(self.ask("search", "x", key="reader", server="https://127.0.0.1:8017"), "is of another name")
        self.addCleanup(self.reload)
        self.addCleanup(self.renew, "seekd.example.test")
        self.expire()
        self.reload()
        self.assertRefused(self.ask("search", "x", key="reader"), "has expired", "reload seekd")

    def test_what_is_no_server_of_ours_is_said_so(self):
        self.assertRefused(self.ask("status", server="https://seekd.example.test:8019"), "no seekd at", "Connection refused", "--server")
        self.assertRefused(self.ask("status", server="https://nowhere.example.test"), "no seekd at https://nowhere.example.test")
        self.assertRefused(self.ask("status", server="https://seekd.example.test:8017/v1"), "has a path")
        self.assertRefused(seekctl("status", "--server", "http://seekd.example.test:8017"), "in clear", "https://")
        self.assertRefused(seekctl("status", "--server", "seekd.example.test"), "is no URL")
        self.assertRefused(seekctl("status", "--socket", "/x", "--ca-file", "/x"), "--server")
        self.assertRefused(seekctl("status", "--server", URL, "--ca-file", "/nowhere"), "--ca-file '/nowhere' cannot be used")
        self.assertRefused(seekctl("status", "--server", URL, "--cert", "/nowhere"), "--cert-key")
        self.assertEqual(seekctl("status", "--server", URL, "--socket", "/x").returncode, 2)
        with socket.create_server(("127.0.0.1", 8019)) as plain:
            def answer():
                connection, _ = plain.accept()
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                connection.close()
            thread = threading.Thread(target=answer)
            thread.start()
            self.assertRefused(self.ask("status", server="https://seekd.example.test:8019"), "no TLS with", "tls.certificate")
            thread.join()

    @staticmethod
    def listens(port):
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0

    def test_only_tls_of_today_is_spoken(self):
        certificate, key = self.servers.server("old", "seekd.example.test")
        for version, spoken in (("-tls1_1", False), ("-tls1_2", True)):
            server = subprocess.Popen(["openssl", "s_server", "-accept", "8020", "-cert", certificate, "-key", key, version, "-www",
                                       "-cipher", "ALL:@SECLEVEL=0"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                network.wait_until(lambda: self.listens(8020), "s_server")
                done = self.ask("status", server="https://seekd.example.test:8020")
                self.assertEqual(done.returncode, 1)
                self.assertEqual("no TLS with" not in done.stderr, spoken, done.stderr)
            finally:
                server.terminate()
                server.wait()

    def test_a_key_that_is_revoked_is_refused_after_the_reload_and_the_others_are_not(self):
        self.create_key("leaver", "reader")
        keys = self.folder / "keys"
        keys.write_text("# whose keys\n" + keys.read_text())
        keys.chmod(0o640)
        os.chown(keys, 0, 4242)
        self.reload()
        self.assertEqual(self.ask("search", "x", key="leaver").returncode, 0)
        configured = ("--config", self.seekd.config)
        names = [key["name"] for key in json.loads(seekctl("token", "list", "--json", *configured).stdout)["keys"]]
        self.assertEqual(names, ["reader", "auditor", "leaver"])
        done = seekctl("token", "revoke", "leaver", *configured)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, "^revoked leaver [0-9a-f]{12}\n$")
        self.assertIn("systemctl reload seekd", done.stderr)
        self.assertEqual(self.ask("search", "x", key="leaver").returncode, 0)  # until then
        self.reload()
        self.assertRefused(self.ask("search", "x", key="leaver"), "the key is not known")
        self.assertEqual(self.ask("search", "x", key="reader").returncode, 0)
        status = keys.stat()
        self.assertEqual((status.st_mode & 0o7777, status.st_uid, status.st_gid), (0o640, 0, 4242))
        self.assertTrue(keys.read_text().startswith("# whose keys\nreader "))
        self.assertRefused(seekctl("token", "revoke", "leaver", *configured), "no key of \"leaver\"", "token list")


if __name__ == "__main__":
    case.main()
