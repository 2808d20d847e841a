"""Kill, restart, and what is in the way at start: nothing stored is lost, and each failure says what to do.

usage: durability_test.py BIN_FOLDER
"""

import pathlib
import shutil
import signal
import socket
import subprocess
import threading

import case
import network
import programs
from case import KESTREL, SITE, article

MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"


class Killed(case.Case):
    def test_kill_of_either_program_loses_no_stored_page(self):
        urls = [f"{SITE}/long/kept{n}.html" for n in range(100)]
        for n in range(100):
            self.web.write(f"/long/kept{n}.html", article(f"Page {n}", *KESTREL))
        acknowledged = [url for url in urls[:10] if self.seekd.fetch(url)["change"] == "added"]
        self.assertEqual(len(acknowledged), 10)

        # seekd dies while it stores.
        lost = []

        def fetch_until_killed():
            for url in urls[10:]:
                try:
                    self.seekd.fetch(url)
                    acknowledged.append(url)
                except (OSError, ValueError, programs.http.client.HTTPException):
                    lost.append(url)

        fetching = threading.Thread(target=fetch_until_killed)
        fetching.start()
        network.wait_until(lambda: len(acknowledged) > 12, "pages stored by the thread")
        self.seekd.kill(self.seekd.seekd)
        fetching.join()
        self.assertTrue(lost)  # else it died after its work
        self.seekd.start_seekd()
        for url in acknowledged:
            self.assertEqual(self.seekd.page(url)[0], 200, url)

        # The fetcher dies: what is stored still answers, what is not says why.
        self.seekd.kill(self.seekd.fetcher)
        reply = self.answer("When was Kestrel 4.2 released?", urls=[urls[0]])
        self.assertCited(reply, urls[0])
        reply = self.answer("What is on the page?", urls=[f"{SITE}/long/never-read.html"])
        self.assertIn("fetcher_unavailable", [notice["code"] for notice in reply["notices"]])
        self.seekd.start_fetcher()
        self.web.write("/long/after.html", article("After", *KESTREL))
        self.assertEqual(self.seekd.fetch(f"{SITE}/long/after.html")["outcome"], "page")

    def test_a_stop_lets_a_running_answer_finish(self):
        url = f"{SITE}/long/stopping.html"
        self.web.write("/long/stopping.html", article("Kestrel", *KESTREL))
        replies = []
        asking = threading.Thread(target=lambda: replies.append(self.seekd.ask("When was Kestrel 4.2 released?", urls=[url])))
        asking.start()
        network.wait_until(lambda: self.web.requests("/long/stopping.html"), "the page to be asked for")
        self.seekd.seekd.send_signal(signal.SIGTERM)
        asking.join()
        self.assertEqual(self.seekd.seekd.wait(timeout=30), 0)
        self.assertEqual(replies[0][0], 200, replies[0][2])
        self.seekd.start_seekd()


class InTheWay(case.Case):
    """Each start that cannot be ends at once, with status 1 (78 where the configuration is refused: it is not tried again)
    and one sentence that names the thing and the remedy."""

    def assertEndsSaying(self, program, config, *words, status=1):
        done = subprocess.run([case.BIN / program, "--config", config], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, status, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertNotIn("terminate called", done.stderr)

    def second(self, **replacements):
        """A configuration like the running one's, with its own sockets, port, cache and audit log."""
        text = self.seekd.config.read_text()
        changed = {str(self.seekd.socket): f"{self.folder}/second.sock", "127.0.0.1:8017": "127.0.0.1:8018",
                   str(self.seekd.fetcher_socket): f"{self.folder}/second-fetcher.sock",
                   f"{self.folder}/cache": f"{self.folder}/second/cache", **replacements}
        for old, new in changed.items():
            text = text.replace(old, new)
        path = self.folder / "second.toml"
        path.write_text(text)
        return path

    def test_a_busy_port(self):
        self.assertEndsSaying("seekd", self.second(**{"127.0.0.1:8017": "127.0.0.1:8017"}), "8017", "http_listen")

    def test_a_live_socket(self):
        config = self.second()
        config.write_text(config.read_text().replace("second.sock", "seekd.sock"))
        self.assertEndsSaying("seekd", config, "seekd.sock")
        config.write_text(config.read_text().replace("second-fetcher.sock", "fetcher.sock"))
        self.assertEndsSaying("seekd-fetcher", config, "fetcher.sock")

    def test_a_cache_that_another_daemon_holds(self):
        config = self.second()
        config.write_text(config.read_text().replace("second/cache", "cache"))
        self.assertEndsSaying("seekd", config, f"{self.folder}/cache")

    def test_an_audit_log_that_another_daemon_writes(self):
        config = self.second()
        config.write_text(config.read_text() + f'\n[audit]\ndirectory = "{self.folder}/audit"\n')
        self.assertEndsSaying("seekd", config, f"{self.folder}/audit", "audit.directory")

    def test_a_cache_of_something_else(self):
        folder = self.folder / "second" / "cache"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "CURRENT").write_text("MANIFEST-999999\n")
        try:
            self.assertEndsSaying("seekd", self.second(), str(folder))
        finally:
            shutil.rmtree(folder)

    def test_a_model_file_that_is_cut(self):
        whole = pathlib.Path(programs.os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "seekd/models" / MODEL
        for length in (0, 3, 1000, 200_000, 50_000_000):
            cut = self.folder / "cut.gguf"
            with open(whole, "rb") as source:
                cut.write_bytes(source.read(length))
            config = self.second()
            config.write_text(config.read_text() + f'\n[model]\npath = "{cut}"\n')
            self.assertEndsSaying("seekd", config, "cut.gguf")

    def test_a_model_that_is_not_there(self):
        config = self.second()
        config.write_text(config.read_text() + '\n[model]\npath = "/nowhere/model"\n')
        self.assertEndsSaying("seekd", config, "/nowhere/model")

    def test_a_wrong_configuration(self):
        config = self.second()
        config.write_text(config.read_text().replace("[answer]", "[answer]\ntokens_maximum = 3"))
        self.assertEndsSaying("seekd", config, "second.toml", "tokens_maximum", "tokens_max", status=78)

    def test_half_a_request_and_a_flood_do_not_stop_the_others(self):
        idle = []
        for _ in range(50):
            half = socket.socket(socket.AF_UNIX)
            half.connect(str(self.seekd.socket))
            half.send(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Le")
            idle.append(half)
        self.assertEqual(programs.request(self.seekd.socket, "GET", "/health", timeout=10)[0], 200)
        for half in idle:
            half.close()


if __name__ == "__main__":
    case.main()
