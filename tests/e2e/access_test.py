"""Who may ask seekd what, tried from outside: keys, roles, certificates, tokens, limits, and what is told to those refused.

usage: access_test.py BIN_FOLDER
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import time

import case
import network
import programs

PORT = 8017
ROUTES = pathlib.Path(__file__).parents[2] / "daemon/api/routes.cpp"
READER, OPERATOR, AUDITOR = {"reader", "admin"}, {"operator", "admin"}, {"operator", "auditor", "admin"}
# Who is served what; nobody is served anything but /health.
MAY = {
    ("POST", "/v1/chat/completions"): READER, ("POST", "/v1/completions"): READER, ("POST", "/v1/embeddings"): READER, ("POST", "/v1/responses"): READER, ("GET", "/v1/models"): READER, ("GET", "/openapi.json"): READER,
    ("POST", "/seekd/v1/decide"): READER,
    ("POST", "/seekd/v1/fetch"): READER, ("POST", "/seekd/v1/search"): READER, ("POST", "/seekd/v1/search/web"): READER, ("GET", "/seekd/v1/page"): READER,
    ("GET", "/seekd/v1/versions"): READER, ("GET", "/search"): READER, ("GET", "/"): READER, ("POST", "/api/web_search"): READER,
    ("POST", "/api/web_fetch"): READER, ("POST", "/mcp"): READER, ("DELETE", "/mcp"): READER,
    ("POST", "/seekd/v1/import"): OPERATOR, ("GET", "/seekd/v1/pages"): OPERATOR, ("POST", "/seekd/v1/remove"): OPERATOR,
    ("GET", "/seekd/v1/watches"): OPERATOR, ("POST", "/seekd/v1/watches"): OPERATOR, ("GET", "/seekd/v1/watch"): OPERATOR,
    ("POST", "/seekd/v1/watches/follow"): OPERATOR, ("POST", "/seekd/v1/watch/remove"): OPERATOR, ("POST", "/seekd/v1/watch/run"): OPERATOR,
    ("POST", "/seekd/v1/hold"): OPERATOR, ("POST", "/seekd/v1/let-go"): OPERATOR, ("POST", "/seekd/v1/forget"): OPERATOR,
    ("POST", "/seekd/v1/cache/verify"): OPERATOR, ("POST", "/seekd/v1/cache/compact"): OPERATOR,
    ("POST", "/seekd/v1/model/use"): OPERATOR, ("POST", "/seekd/v1/model/rollback"): OPERATOR, ("GET", "/seekd/v1/model/versions"): AUDITOR,
    ("POST", "/seekd/v1/cache/backup"): OPERATOR, ("POST", "/seekd/v1/selftest"): OPERATOR,
    ("GET", "/ready"): AUDITOR, ("GET", "/metrics"): AUDITOR, ("GET", "/seekd/v1/status"): AUDITOR,
    ("GET", "/seekd/v1/holds"): AUDITOR,
}
ROLES = ("reader", "operator", "auditor", "admin")
SECRET = "0123456789abcdef0123456789abcdef"


def create_key(folder, name, role, *options):
    """A key whose line is added to the keys' file."""
    made = subprocess.run([case.BIN / "seekctl", "token", "create", "--name", name, "--role", role, "--append",
                           folder / "keys", *options], capture_output=True, text=True, check=True)
    return made.stdout.strip()


def connect(context=None):
    if context is None:
        return http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    return http.client.HTTPSConnection("localhost", PORT, timeout=60, context=context)


def ask(method, target, key=None, body=None, context=None, headers=None, connection=None):
    """(status, headers, reply) over TCP."""
    used = connection or connect(context)
    headers = dict(headers or {})
    if key:
        headers["Authorization"] = f"Bearer {key}"
    used.request(method, target, None if body is None else json.dumps(body), headers)
    reply = used.getresponse()
    text = reply.read().decode()
    if connection is None:
        used.close()
    return reply.status, reply.headers, json.loads(text) if text.startswith("{") else text


def base64url(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else json.dumps(data).encode()).rstrip(b"=").decode()


def token(claims, header=None, secret=SECRET):
    text = base64url(header or {"alg": "HS256", "typ": "JWT"}) + "." + base64url(claims)
    return text + "." + base64url(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())


class Guarded(case.Case):
    more_config = ""

    @classmethod
    def programs(cls, extra=""):
        (cls.folder / "secret").write_text(SECRET)
        (cls.folder / "secret").chmod(0o600)
        cls.keys = {role: create_key(cls.folder, f"{role}-of-the-test", role) for role in ROLES}
        return super().programs(f"""
[access]
keys_file = "{cls.folder}/keys"
[jwt]
algorithms = ["HS256"]
secret_file = "{cls.folder}/secret"
audience = "seekd"
{cls.more_config}""")

    def assertRefused(self, reply, status, code):
        found, headers, body = reply
        self.assertEqual((found, body["error"]["code"]), (status, code), body)
        self.assertEqual(set(body["error"]), {"message", "type", "param", "code"})
        self.assertTrue(body["error"]["message"])
        if status == 401:
            self.assertTrue(headers["WWW-Authenticate"].startswith("Bearer"))
        if status == 429:
            self.assertGreaterEqual(int(headers["Retry-After"]), 1)

    def reload(self):
        """SIGHUP; returns when the log says what came of it."""
        before = self.reloads()
        self.seekd.seekd.send_signal(signal.SIGHUP)
        network.wait_until(lambda: self.reloads() > before, "the reload", 60)

    def reloads(self):
        log = self.seekd.log("seekd")
        return log.count("who may ask was read again") + log.count("the reload failed")


class Roles(Guarded):
    more_config = """
[[access.caller]]
name = "hasty"
requests_per_minute = 1
requests_burst = 2
[[access.caller]]
name = "talker"
tokens_per_minute = 1
[[access.caller]]
name = "fetcher"
fetches_per_minute = 1
[[access.caller]]
name = "narrow"
sites = ["docs.example.org"]
collections = ["web"]
"""

    def test_every_route_is_served_to_the_roles_that_have_its_right_and_to_nobody_else(self):
        table = re.findall(r'\{"(GET|POST|DELETE)",\s*"([^"]+)",\s*(Right::\w+|everyone|tool_rights)', ROUTES.read_text())
        self.assertEqual({(method, path) for method, path, right in table if right != "everyone"}, set(MAY))
        self.assertEqual([(method, path) for method, path, right in table if right == "everyone"], [("GET", "/health")])
        for (method, path), roles in MAY.items():
            # What no handler does anything for: a field and a parameter that there are not.
            target, body = (f"{path}?unheard_of=1", None) if method == "GET" else (path, {"unheard_of": 1})
            with self.subTest(path, role="nobody"):
                self.assertRefused(ask(method, target, None, body), 401, "missing_api_key")
                self.assertRefused(ask(method, target, "seekd_" + 64 * "0", body), 401, "invalid_api_key")
            for role, key in self.keys.items():
                with self.subTest(path, role=role):
                    reply = ask(method, target, key, body)
                    if role in roles:
                        self.assertIn(reply[0], (400, 404), reply)
                    else:
                        self.assertRefused(reply, 403, "not_allowed")

    def test_health_is_for_everybody_and_what_is_not_there_for_nobody(self):
        self.assertEqual(ask("GET", "/health")[0], 200)
        self.assertEqual(ask("GET", "/health", "wrong")[0], 200)
        self.assertEqual(ask("GET", "/health", headers={"Host": "seekd.example.org"})[0], 200)
        self.assertRefused(ask("GET", "/nowhere"), 401, "missing_api_key")
        self.assertRefused(ask("PUT", "/v1/models"), 401, "missing_api_key")
        self.assertEqual(ask("GET", "/nowhere", self.keys["auditor"])[0], 404)
        self.assertEqual(ask("PUT", "/v1/models", self.keys["auditor"])[0], 405)

    def test_a_reader_is_answered_and_an_operator_is_told_that_seekd_is_ready(self):
        body = {"messages": [{"role": "user", "content": "What is two plus two?"}], "disable_search": True, "max_tokens": 4}
        status, _, reply = ask("POST", "/v1/chat/completions", self.keys["reader"], body)
        self.assertEqual(status, 200, reply)
        network.wait_until(lambda: ask("GET", "/ready", self.keys["operator"])[0] == 200, "readiness", 60)
        self.assertEqual(ask("GET", "/ready", self.keys["operator"])[2], {"ready": True, "model": "ok", "queue": "open"})

    def test_the_account_on_the_socket_is_known_and_a_key_there_wins(self):
        self.assertEqual(programs.request(self.seekd.socket, "GET", "/seekd/v1/status")[0], 200)
        auditor = dict(os.environ, SEEKD_CONFIG=str(self.seekd.config), SEEKD_API_KEY=self.keys["auditor"])
        command = [case.BIN / "seekctl", "search", "anything"]
        refused = subprocess.run(command, env=auditor, capture_output=True, text=True)
        self.assertEqual(refused.returncode, 1)
        self.assertIn('"search"', refused.stderr)
        file = self.folder / "reader.key"
        file.write_text(self.keys["reader"] + "\n")
        self.assertEqual(subprocess.run([*command, "--key-file", file], env=auditor, capture_output=True).returncode, 0)

    def test_a_key_is_good_from_the_reload_that_reads_it_to_the_one_that_does_not(self):
        lines = (self.folder / "keys").read_text()
        key = create_key(self.folder, "newcomer", "auditor", "--expires", "1d")
        self.assertNotIn(key, (self.folder / "keys").read_text())
        old = create_key(self.folder, "leaver", "auditor", "--expires", "2020-01-01")
        self.assertRefused(ask("GET", "/metrics", key), 401, "invalid_api_key")
        self.reload()
        self.assertEqual(ask("GET", "/metrics", key)[0], 200)
        self.assertRefused(ask("GET", "/metrics", old), 401, "expired_api_key")
        # A file that is wrong changes nothing.
        (self.folder / "keys").write_text("nonsense\n")
        self.reload()
        self.assertEqual(ask("GET", "/metrics", key)[0], 200)
        self.assertIn("line 1 is not", self.seekd.log("seekd"))
        (self.folder / "keys").write_text(lines)
        self.reload()
        self.assertRefused(ask("GET", "/metrics", key), 401, "invalid_api_key")
        self.assertEqual(ask("GET", "/metrics", self.keys["auditor"])[0], 200)

    def added(self, name, role):
        key = create_key(self.folder, name, role)
        self.reload()
        return key

    def test_requests_over_the_limit_are_told_to_wait_and_counted(self):
        key = self.added("hasty", "auditor")
        status, headers, _ = ask("GET", "/ready", key)
        self.assertIn(status, (200, 503))
        self.assertEqual((headers["x-ratelimit-limit-requests"], headers["x-ratelimit-remaining-requests"]), ("2", "1"))
        replies = [ask("GET", "/ready", key) for _ in range(3)]
        self.assertRefused(replies[-1], 429, "rate_limit_exceeded")
        self.assertEqual(replies[-1][1]["x-ratelimit-remaining-requests"], "0")
        metrics = ask("GET", "/metrics", self.keys["auditor"])[2]
        self.assertRegex(metrics, r'seekd_requests_refused_total\{reason="rate_limit_requests"\} [1-9]')

    def test_tokens_are_charged_after_the_answer_and_the_next_question_waits(self):
        key = self.added("talker", "reader")
        body = {"messages": [{"role": "user", "content": "What is two plus two?"}], "disable_search": True, "max_tokens": 8}
        status, headers, reply = ask("POST", "/v1/chat/completions", key, body)
        self.assertEqual(status, 200, reply)
        self.assertEqual(headers["x-ratelimit-limit-tokens"], "1")
        self.assertRefused(ask("POST", "/v1/chat/completions", key, body), 429, "rate_limit_exceeded")
        self.assertEqual(ask("GET", "/v1/models", key)[0], 200)

    def test_pages_are_charged_and_what_needs_none_is_served(self):
        key = self.added("fetcher", "reader")
        self.web.write("/long/limited.html", case.article("Kestrel", *case.KESTREL))
        page = {"url": f"{case.SITE}/long/limited.html"}
        self.assertEqual(ask("POST", "/seekd/v1/fetch", key, page)[0], 200)
        self.assertRefused(ask("POST", "/seekd/v1/fetch", key, page), 429, "rate_limit_exceeded")
        question = {"messages": [{"role": "user", "content": "What is Kestrel?"}], "max_tokens": 4}
        self.assertRefused(ask("POST", "/v1/chat/completions", key, question), 429, "rate_limit_exceeded")
        self.assertEqual(ask("POST", "/v1/chat/completions", key, question | {"offline": True})[0], 200)

    def test_a_caller_has_pages_of_his_sites_alone(self):
        key = self.added("narrow", "reader")
        for page in ("/long/sites.html", "/index.html"):
            self.web.write(page, case.article("Kestrel", *case.KESTREL))
        for host in ("docs", "other"):
            self.assertEqual(self.seekd.fetch(f"https://{host}.example.org/long/sites.html")["outcome"], "page")
        other = "https://other.example.org/long/sites.html"
        self.assertEqual(ask("GET", f"/seekd/v1/page?url={case.SITE}/long/sites.html", key)[0], 200)
        self.assertEqual(ask("GET", f"/seekd/v1/page?url={other}", key)[0], 404)
        self.assertRefused(ask("POST", "/seekd/v1/fetch", key, {"url": other}), 403, "site_not_allowed")
        self.assertRefused(ask("POST", "/seekd/v1/fetch", key, {"url": f"{case.SITE}/to?other.example.org"}),
                           403, "site_not_allowed")
        self.assertRefused(ask("POST", "/seekd/v1/search", key, {"query": "Kestrel", "hosts": ["other.example.org"]}),
                           403, "site_not_allowed")
        found = ask("POST", "/seekd/v1/search", key, {"query": "Kestrel", "mode": "lexical"})[2]["passages"]
        self.assertTrue(found)
        self.assertEqual({passage["url"].split("/")[2] for passage in found}, {"docs.example.org"})

    def test_tokens_of_the_issuer_are_believed_and_others_told_why_not(self):
        now = int(time.time())
        good = {"sub": "alice", "aud": "seekd", "exp": now + 3600, "roles": ["reader"]}
        self.assertEqual(ask("GET", "/v1/models", token(good))[0], 200)
        self.assertRefused(ask("GET", "/metrics", token(good)), 403, "not_allowed")
        for bad in (token(good | {"exp": now - 3600}), token(good | {"aud": "other"}), token(good | {"nbf": now + 3600}),
                    token(good, secret="x" * 32), base64url({"alg": "none"}) + "." + base64url(good) + ".",
                    token(good | {"sub": ""}), token(good, header={"alg": "HS256", "crit": ["x"], "x": 1})):
            self.assertRefused(ask("GET", "/v1/models", bad), 401, "invalid_token")
        self.assertRefused(ask("GET", "/v1/models", token(good | {"roles": ["nothing"]})), 403, "not_allowed")

    def test_a_page_in_a_browser_has_nothing_without_a_key(self):
        self.assertRefused(ask("GET", "/v1/models", headers={"Origin": "https://evil.example.org"}), 403, "origin_denied")


class Unknown(Guarded):
    def test_who_has_no_key_does_not_fill_the_audit_log(self):
        requests = 300
        connection = connect()
        self.addCleanup(connection.close)
        for _ in range(requests):
            self.assertEqual(ask("GET", "/v1/models/" + 9000 * "a", connection=connection)[0], 401)
        self.seekd.stop()
        exported = self.seekd.ctl("audit", "export")
        self.assertEqual(exported.returncode, 0, exported.stderr)
        records = [json.loads(line) for line in exported.stdout.splitlines()]
        refused = [record for record in records if record["event"] == "request"]
        counted = [record["requests"] for record in records if record["event"] == "unknown_callers"]
        self.assertEqual(len(refused) + sum(counted), requests)
        self.assertLess(len(refused), requests / 2)
        self.assertLess(max(len(record["path"]) for record in refused), 2000)


class Exposure(case.Case):
    def refusal(self, listen, more=""):
        config = self.folder / "exposed.toml"
        config.write_text(self.seekd.config.read_text().replace("127.0.0.1:8017", listen)
                          .replace(str(self.seekd.socket), f"{self.folder}/exposed.sock") + more)
        ended = subprocess.run([case.BIN / "seekd", "--config", config], capture_output=True, text=True, timeout=120)
        self.assertEqual(ended.returncode, 1, ended.stderr)
        return ended.stderr

    def test_what_others_can_reach_is_not_served_to_everybody_nor_in_clear(self):
        create_key(self.folder, "a", "reader")
        keys = f'[access]\nkeys_file = "{self.folder}/keys"\n'
        self.assertIn("access.keys_file", self.refusal("0.0.0.0:8018"))
        self.assertIn("tls.certificate", self.refusal("0.0.0.0:8018", keys))
        self.assertIn("tls.certificate", self.refusal("[::]:8018", keys))
        self.assertIn("cannot be opened", self.refusal("127.0.0.1:8018", '[access]\nkeys_file = "/nowhere"\n'))

    def test_without_anything_configured_loopback_may_read_and_observe(self):
        self.assertEqual(ask("GET", "/metrics", "sk-whatever-clients-send")[0], 200)
        self.assertEqual(ask("GET", "/v1/models")[0], 200)
        self.assertEqual(ask("POST", "/seekd/v1/forget", None, {"pages": "example.org"})[0], 403)
        self.assertEqual(ask("GET", "/metrics", headers={"Host": "evil.example.org"})[0], 403)


class Addresses(Guarded):
    @classmethod
    def programs(cls, extra=""):
        made = super().programs(extra)
        made.config.write_text(made.config.read_text().replace("[access]\n", '[access]\naddresses = ["192.0.2.0/24"]\n'))
        return made

    def test_other_addresses_are_turned_away_and_the_socket_is_not(self):
        self.assertRefused(ask("GET", "/health", self.keys["admin"]), 403, "address_denied")
        self.assertEqual(programs.request(self.seekd.socket, "GET", "/health")[0], 200)


class Secured(Guarded):
    @classmethod
    def programs(cls, extra=""):
        cls.clients = network.Authority(cls._made("clients"))
        cls.servers = network.Authority(cls._made("servers"))
        cls.renew()
        cls.more_config = f"""
[tls]
certificate = "{cls.folder}/tls.pem"
key = "{cls.folder}/tls.key"
client_ca = "{cls.clients.certificate}"
[[access.caller]]
name = "proxy"
certificate = "proxy.example.org"
roles = ["auditor"]
"""
        return super().programs(extra)

    @classmethod
    def _made(cls, name):
        (cls.folder / name).mkdir()
        return cls.folder / name

    @classmethod
    def renew(cls):
        """Another certificate in the place of the one before."""
        certificate, key = cls.servers.server("server", "localhost")
        key.chmod(0o600)
        certificate.replace(cls.folder / "tls.pem")
        key.replace(cls.folder / "tls.key")

    def context(self, client=None, authority=None):
        context = ssl.create_default_context(cafile=self.servers.certificate)
        if client:
            context.load_cert_chain(*(authority or self.clients).server(client, client))
        return context

    def test_a_key_is_served_over_tls_and_nothing_in_clear(self):
        self.assertEqual(ask("GET", "/metrics", self.keys["auditor"], context=self.context())[0], 200)
        self.assertRefused(ask("GET", "/metrics", context=self.context()), 401, "missing_api_key")
        with self.assertRaises((http.client.HTTPException, OSError)):
            ask("GET", "/metrics", self.keys["auditor"])

    def test_a_client_is_known_by_its_certificate(self):
        self.assertEqual(ask("GET", "/metrics", context=self.context("proxy.example.org"))[0], 200)
        self.assertRefused(ask("GET", "/v1/models", context=self.context("proxy.example.org")), 403, "not_allowed")
        self.assertRefused(ask("GET", "/metrics", context=self.context("other.example.org")), 401, "unknown_certificate")
        self.assertEqual(ask("GET", "/v1/models", self.keys["reader"], context=self.context("other.example.org"))[0], 200)
        with self.assertRaises((http.client.HTTPException, OSError)):
            ask("GET", "/metrics", context=self.context("proxy.example.org", self.servers))

    def handshake(self, *options):
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{PORT}", "-cipher", "ALL:@SECLEVEL=0", *options],
                              input="", capture_output=True, text=True, timeout=60)
        return done.returncode == 0 and "Cipher is (NONE)" not in done.stdout

    def test_old_versions_and_weak_ciphers_are_refused(self):
        self.assertTrue(self.handshake("-tls1_2"))
        self.assertTrue(self.handshake("-tls1_3"))
        self.assertFalse(self.handshake("-tls1_1"))
        self.assertFalse(self.handshake("-tls1"))
        self.assertFalse(self.handshake("-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"))

    def test_a_renewed_certificate_is_shown_to_new_connections_and_the_old_ones_go_on(self):
        kept = connect(self.context())
        self.addCleanup(kept.close)
        self.assertEqual(ask("GET", "/health", connection=kept)[0], 200)
        before = kept.sock.getpeercert(binary_form=True)
        self.renew()
        self.reload()
        self.assertEqual(ask("GET", "/health", connection=kept)[0], 200)
        fresh = connect(self.context())
        self.addCleanup(fresh.close)
        self.assertEqual(ask("GET", "/health", connection=fresh)[0], 200)
        self.assertNotEqual(fresh.sock.getpeercert(binary_form=True), before)
        (self.folder / "tls.key").write_text("nonsense")
        self.reload()
        self.assertEqual(ask("GET", "/health", context=self.context())[0], 200)
        self.assertIn("tls.key", self.seekd.log("seekd"))
        self.renew()
        self.reload()

    def test_requests_follow_each_other_and_streams_end_whole(self):
        connection = connect(self.context())
        self.addCleanup(connection.close)
        body = {"messages": [{"role": "user", "content": "What is two plus two?"}], "disable_search": True, "max_tokens": 8}
        for _ in range(3):
            self.assertEqual(ask("POST", "/v1/chat/completions", self.keys["reader"], body, connection=connection)[0], 200)
        text = ask("POST", "/v1/chat/completions", self.keys["reader"], body | {"stream": True}, connection=connection)[2]
        self.assertTrue(text.endswith("data: [DONE]\n\n"), text)
        self.assertEqual(ask("POST", "/v1/chat/completions", self.keys["reader"], "x" * (2 << 20), context=self.context())[0], 413)

    def test_curl_is_served_and_told_when_it_may_not_ask(self):
        command = ["curl", "--silent", "--show-error", "--cacert", self.servers.certificate, f"https://localhost:{PORT}/ready"]
        key = f"Authorization: Bearer {self.keys['admin']}"
        network.wait_until(lambda: '"ready":true' in subprocess.run([*command, "-H", key], capture_output=True, text=True).stdout,
                           "an answer to curl", 60)
        self.assertIn("missing_api_key", subprocess.run(command, capture_output=True, text=True).stdout)

    def test_what_is_no_handshake_holds_nobody_up(self):
        with socket.create_connection(("127.0.0.1", PORT)) as silent, socket.create_connection(("127.0.0.1", PORT)) as noisy:
            noisy.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + os.urandom(4096))
            self.assertEqual(ask("GET", "/health", context=self.context())[0], 200)
            silent.close()


if __name__ == "__main__":
    case.main()
