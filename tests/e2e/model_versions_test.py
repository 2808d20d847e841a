"""The local model changes while seekd answers: streams go on, new requests are the new one's, and it can be undone.

usage: model_versions_test.py BIN_FOLDER
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

import case
import network
import programs

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
MODEL = CACHE / "seekd/models/SmolLM2-135M-Instruct.Q4_1.gguf"
FIRST, SECOND, THIRD, FOURTH = "first", "second", "third", "fourth"


class Versions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="seekd-e2e."))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        for name in (FIRST, SECOND, THIRD, FOURTH):
            os.symlink(MODEL, cls.path(name))
        with open(MODEL, "rb") as whole:
            cls.path("cut").write_bytes(whole.read(8 << 20))
        cls.path("noise").write_bytes(os.urandom(1 << 20))

    @classmethod
    def path(cls, name):
        return cls.folder / f"{name}.gguf"

    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        self.seekd = self.programs()
        self.seekd.start_seekd()
        self.addCleanup(lambda: self.seekd.stop())

    def programs(self, first=FIRST):
        return programs.Programs(case.BIN, self.home, "/etc/ssl/certs/ca-certificates.crt", f"""
[embedder]
path = "none"
[model]
path = "{self.path(first)}"
context_tokens_max = 2048
directory = "{self.home}/models"
""")

    def use(self, name, **options):
        return self.seekd.ctl("model", "use", str(self.path(name)), **options)

    def start_use(self, name):
        return subprocess.Popen([case.BIN / "seekctl", "model", "use", self.path(name)], stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True, env=dict(os.environ, SEEKD_CONFIG=str(self.seekd.config)))

    def versions(self):
        """[(state, name), …] as `seekctl model versions` has them."""
        done = self.seekd.ctl("model", "versions", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return [(version["state"], version["name"]) for version in json.loads(done.stdout)["versions"]]

    def answer(self, **fields):
        status, _, reply = self.seekd.ask("What is two plus two?", disable_search=True, max_tokens=4, **fields)
        self.assertEqual(status, 200, reply)
        return reply["model"]

    def assertServes(self, name):
        """Wherever the model is named."""
        self.assertEqual(self.answer(), name)
        models = programs.request(self.seekd.socket, "GET", "/v1/models")[2]["data"]
        self.assertEqual([model["id"] for model in models], [name])
        status = programs.request(self.seekd.socket, "GET", "/seekd/v1/status")[2]
        self.assertEqual((status["model"]["name"], status["model"]["state"]), (name, "ok"))
        self.assertEqual(programs.request(self.seekd.socket, "GET", "/health")[0], 200)
        self.assertEqual(self.versions()[0], ("serving", name))

    def stream(self, into):
        """Reads one long streamed answer: its model names, its text, and how it ended."""
        connection = programs.UnixConnection(self.seekd.socket, 120)
        connection.request("POST", "/v1/chat/completions", json.dumps({
            "messages": [{"role": "user", "content": "Write a long story about a lighthouse."}], "disable_search": True,
            "max_tokens": 200, "stream": True}), {"Content-Type": "application/json"})
        reply = connection.getresponse()
        for line in reply:
            line = line.decode().strip()
            if line == "data: [DONE]":
                into["done"] = True
            elif line.startswith("data: "):
                event = json.loads(line[6:])
                into.setdefault("models", set()).add(event["model"])
                for choice in event["choices"]:
                    into["text"] = into.get("text", "") + (choice["delta"].get("content") or "")
                    into["finish"] = choice["finish_reason"] or into.get("finish")
        connection.close()

    def test_streams_go_on_while_the_model_changes_and_new_requests_are_the_new_ones(self):
        streams = [{} for _ in range(4)]
        threads = [threading.Thread(target=self.stream, args=(stream,)) for stream in streams]
        for thread in threads:
            thread.start()
        network.wait_until(lambda: all(stream.get("text") for stream in streams), "four streams", 60)
        done = self.use(SECOND)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("serving  second", done.stdout)
        going_on = [thread.is_alive() for thread in threads]
        self.assertServes(SECOND)
        for thread in threads:
            thread.join(120)
        self.assertTrue(all(going_on), "the streams were over before the switch: they show nothing")
        for stream in streams:
            self.assertEqual(stream["models"], {FIRST})
            self.assertTrue(stream["done"])
            self.assertIn(stream["finish"], ("stop", "length"))
        # The old one is gone when the last of them has ended.
        network.wait_until(lambda: "unloaded: first" in self.seekd.log("seekd"), "the old model to be unloaded", 30)
        labels = {dict(pairs).get("model_name") for pairs in self.seekd.metrics()["vllm:generation_tokens_total"]}
        self.assertEqual(labels, {FIRST, SECOND})

    def test_a_rollback_undoes_a_switch_and_three_are_kept(self):
        self.assertEqual(self.seekd.ctl("model", "rollback").returncode, 1)
        for name in (SECOND, THIRD, FOURTH):
            self.assertEqual(self.use(name).returncode, 0)
        self.assertEqual(self.versions(), [("serving", FOURTH), ("kept", THIRD), ("kept", SECOND)])
        done = self.seekd.ctl("model", "rollback")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertServes(THIRD)
        self.assertEqual(self.versions(), [("serving", THIRD), ("kept", FOURTH), ("kept", SECOND)])
        done = self.seekd.ctl("model", "use", "--configured")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertServes(FIRST)

    def test_a_model_that_cannot_serve_is_refused_and_the_old_one_serves_on(self):
        for name, said in (("cut", "cut"), ("noise", "noise"), ("absent", "there is no model")):
            done = self.use(name)
            self.assertEqual(done.returncode, 1, name)
            self.assertIn(said, done.stderr)
            self.assertServes(FIRST)
        for arguments in (["../up.gguf"], ["no-such-model"]):
            self.assertEqual(self.seekd.ctl("model", "use", *arguments).returncode, 1)
        for arguments in ([], ["a", "--configured"]):
            self.assertEqual(self.seekd.ctl("model", "use", *arguments).returncode, 2)
        self.assertEqual(self.versions(), [("serving", FIRST)])

    def test_a_restart_keeps_the_choice_until_the_configuration_names_another(self):
        self.assertEqual(self.use(SECOND).returncode, 0)
        self.seekd.kill(self.seekd.seekd)
        self.seekd.start_seekd()
        self.assertServes(SECOND)
        self.assertEqual(self.versions(), [("serving", SECOND), ("kept", FIRST)])
        self.seekd.stop()
        self.seekd = self.programs(THIRD)
        self.seekd.start_seekd()
        self.assertServes(THIRD)
        self.assertEqual(self.versions(), [("serving", THIRD), ("kept", SECOND), ("kept", FIRST)])

    def test_a_choice_that_is_gone_or_unreadable_leaves_the_configured_model(self):
        shutil.copyfile(MODEL, self.path("passing"))
        self.assertEqual(self.use("passing").returncode, 0)
        self.seekd.stop()
        self.path("passing").unlink()
        self.seekd.start_seekd()
        self.assertServes(FIRST)
        self.assertIn("is loaded instead", self.seekd.log("seekd"))
        self.seekd.stop()
        (self.home / "model-versions.json").write_text("half a fi")
        self.seekd.start_seekd()
        self.assertServes(FIRST)
        self.assertIn("which models served is not known", self.seekd.log("seekd"))

    def test_one_switch_at_a_time_and_a_kill_in_the_middle_of_one_leaves_a_daemon_that_starts(self):
        self.seekd.seekd.send_signal(signal.SIGSTOP)
        first = self.start_use(SECOND)
        second = self.start_use(THIRD)
        time.sleep(0.5)  # both wait at the socket
        self.seekd.seekd.send_signal(signal.SIGCONT)
        ends = {process.wait(60): process.stderr.read() for process in (first, second)}
        for process in (first, second):
            process.stderr.close()
        self.assertEqual(set(ends), {0, 1}, ends)
        self.assertIn("one switch at a time", ends[1])

        before = self.versions()[0]
        third = self.start_use(FOURTH)
        network.wait_until(lambda: "fourth.gguf is loaded beside" in self.seekd.log("seekd"), "the load", 30)
        self.seekd.kill(self.seekd.seekd)
        self.assertEqual(third.wait(60), 1)
        third.stderr.close()
        self.seekd.start_seekd()
        self.assertEqual(self.versions()[0], before)
        self.assertServes(before[1])

    def test_a_request_of_several_texts_is_one_model_s_to_its_end(self):
        """The switch comes between a text's prompts: all of them are the first one's."""
        replies = {}

        def complete():
            replies["texts"] = programs.request(self.seekd.socket, "POST", "/v1/completions", {
                "prompt": ["Once upon a time"] * 6, "max_tokens": 60})
        thread = threading.Thread(target=complete)
        thread.start()
        time.sleep(0.3)
        self.assertEqual(self.use(SECOND).returncode, 0)
        self.assertTrue(thread.is_alive(), "the texts were over before the switch: they show nothing")
        thread.join(120)
        status, _, reply = replies["texts"]
        self.assertEqual((status, reply["model"], len(reply["choices"])), (200, FIRST, 6))
        self.assertServes(SECOND)


if __name__ == "__main__":
    case.main()
