"""Standing questions: answered again when a cited page changed, told to those who follow and to a webhook, through restarts.

usage: standing_test.py BIN_FOLDER
"""

import json
import pathlib
import time

import case
import network
import programs
from case import KESTREL, SITE, article

PATIENCE = 240  # seconds, for what takes a few: the model is a small one, and the machine may be busy


class Standing(case.Case):
    extra_config = """
[refresh]
interval_min = "1s"
jitter = "0s"

[[egress.webhook]]
name = "desk"
url = "https://docs.example.org/hooks/desk"

[[egress.webhook]]
name = "taken"
url = "https://docs.example.org/hooks/taken"
"""

    def call(self, method, path, body=None):
        status, _, reply = programs.request(self.seekd.socket, method, f"/seekd/v1/{path}", body)
        return status, reply

    def show(self, watch_id):
        status, watch = self.call("GET", f"watch?id={watch_id}")
        self.assertEqual(status, 200, watch)
        return watch

    def wait_for(self, watch_id, condition):
        network.wait_until(lambda: condition(self.show(watch_id)), f"watch {watch_id}", PATIENCE)
        return self.show(watch_id)

    def standing(self, path, **terms):
        """A question about that page, after its first answer."""
        question = f"What is Kestrel? See {SITE}{path}"
        status, watch = self.call("POST", "watches", {"question": question, "every": 86_400, **terms})
        self.assertEqual(status, 200, watch)
        self.addCleanup(self.call, "POST", "watch/remove", {"id": watch["id"]})
        return self.wait_for(watch["id"], lambda now: now["runs"] >= 1)

    def run_now(self, watch_id):
        status, watch = self.call("POST", "watch/run", {"id": watch_id})
        self.assertEqual(status, 200, watch)
        return watch

    def answers_written(self):
        return sum(value for labels, value in self.seekd.metrics().get("seekd_answers_total", {}).items())

    def change(self, path):
        """Whatever sentence the model repeats, it is another one from then on."""
        time.sleep(1.1)  # Last-Modified counts seconds
        changes = {"small networks": "large networks", "4.2": "4.3", "7311": "7999", "512": "640"}
        self.web.write(path, article("Kestrel", *(text.replace(old, new) for text, (old, new) in zip(KESTREL, changes.items()))))

    def test_a_question_is_answered_again_when_its_page_changed_and_through_a_restart(self):
        path = "/long/standing.html"
        self.web.write(path, article("Kestrel", *KESTREL))
        watch = self.standing(path, webhook="taken")
        self.assertEqual(watch["history"][0]["outcome"], "added", watch)
        watch = self.wait_for(watch["id"], lambda now: now["answers"][0]["delivery"]["state"] == "delivered")
        first = watch["answers"][0]
        self.assertEqual([page["url"] for page in first["citations"]], [f"{SITE}{path}"])
        self.assertIn("Kestrel", first["answer"])

        before = self.answers_written()
        watch = self.run_now(watch["id"])
        self.assertEqual(watch["history"][0]["outcome"], "unchanged")
        self.assertEqual(self.answers_written(), before, "nothing is asked of the model where no page changed")

        self.seekd.kill(self.seekd.seekd)
        self.seekd.start_seekd()
        self.assertEqual(self.show(watch["id"])["answers"], [first])

        self.assertEqual(len(self.web.requests("/hooks/taken")), 1, "what was delivered is not told again")

        self.change(path)
        watch = self.run_now(watch["id"])
        self.assertEqual((watch["history"][0]["outcome"], watch["history"][0]["entries_fetched"]), ("changed", 1), watch)
        latest = watch["answers"][0]
        self.assertNotEqual(latest["answer"], first["answer"])
        self.assertEqual(latest["changed"], [{"url": f"{SITE}{path}", "version_before": 1, "version": 2}])
        self.assertGreater(latest["event"], first["event"])

        # What was told before is told again to who asks for it; a command gets it on its input.
        told = pathlib.Path(self.folder) / "told"
        state = pathlib.Path(self.folder) / "state"
        failing = self.seekd.ctl("watch", "follow", "--state", str(state), "--exec", f"cat >> {told}; test $SEEKD_EVENT -lt {latest['event']}")
        self.assertEqual(failing.returncode, 1, failing.stderr)
        self.assertIn(f"event {latest['event']}", failing.stderr)
        self.assertEqual([event["event"] for event in map(json.loads, told.read_text().replace("}{", "}\n{").splitlines())],
                         [first["event"], latest["event"]])
        self.assertEqual(state.read_text().strip(), str(first["event"]))
        listed = self.seekd.ctl("watch", "list")
        self.assertIn("What is Kestrel?", listed.stdout)
        shown = self.seekd.ctl("watch", "show", str(watch["id"]))
        self.assertIn(latest["answer"].split()[0], shown.stdout)
        self.assertIn(f"changed: {SITE}{path}", shown.stdout)

    def test_a_webhook_that_fails_is_told_again(self):
        path = "/long/hooked.html"
        self.web.write(path, article("Kestrel", *KESTREL))
        watch = self.standing(path, webhook="desk")  # nothing is served at the hook's path: 404 or 405
        watch = self.wait_for(watch["id"], lambda now: now["answers"] and now["answers"][0]["delivery"]["attempts"] >= 1)
        delivery = watch["answers"][0]["delivery"]
        self.assertEqual(delivery["state"], "pending", delivery)
        self.assertIn("http_error", delivery["problem"])
        self.assertTrue(delivery["next_at"])
        self.assertGreaterEqual(len(self.web.requests("/hooks/desk")), 1)
        self.assertIn("webhook: pending", self.seekd.ctl("watch", "show", str(watch["id"])).stdout)
        metrics = self.seekd.metrics()
        self.assertGreaterEqual(metrics["seekd_webhook_notices_pending"][()], 1)
        self.assertGreaterEqual(metrics["seekd_webhook_notices_total"][(("state", "pending"),)], 1)

    def test_a_trace_runs_through_the_logs_and_to_no_page(self):
        path = "/long/traced.html"
        self.web.write(path, article("Kestrel", *KESTREL))
        trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "tracestate": "vendor=x"}
        status, reply_headers, reply = programs.request(self.seekd.socket, "POST", "/seekd/v1/fetch", {"url": f"{SITE}{path}"}, headers=headers)
        self.assertEqual(status, 200, reply)
        names = {name.lower(): value for name, value in dict(reply_headers).items()}
        self.assertEqual(names["x-request-id"], trace)
        self.assertRegex(names["traceresponse"], rf"^00-{trace}-[0-9a-f]{{16}}-01$")
        network.wait_until(lambda: f"trace_id={trace}" in self.seekd.log("seekd"), "the line of the request", PATIENCE)
        self.assertIn(f"trace_id={trace}", self.seekd.log("seekd-fetcher"))
        for bad in ("00-0-0-00", "ff" + headers["traceparent"][2:], "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "x" * 9000):
            status, reply_headers, _ = programs.request(self.seekd.socket, "GET", "/v1/models", headers={"traceparent": bad})
            names = {name.lower(): value for name, value in dict(reply_headers).items()}
            self.assertRegex(names["x-request-id"], r"^[0-9a-f]{32}$")
            self.assertNotEqual(names["x-request-id"], trace)


if __name__ == "__main__":
    case.main()
