"""Models of other servers beside the local one: another seekd, and a server that fails, masks nothing and remembers.

usage: routes_test.py BIN_FOLDER
"""

import http.client
import http.server
import json
import re
import threading

import case
import network
import programs
from case import KESTREL, SITE, article

FAR_PORT, SERVER_PORT = 8018, 8019

CONFIG = f"""
[[egress.exception]]
address = "127.0.0.1"
port = {FAR_PORT}
reason = "the tests' own seekd"
[[egress.exception]]
address = "127.0.0.1"
port = {SERVER_PORT}
reason = "the tests' own server"
[[upstream]]
name = "seekd"
url = "http://localhost:{FAR_PORT}/v1"
[[upstream]]
name = "server"
url = "http://far.internal:{SERVER_PORT}/v1"
[[route]]
name = "far"
target = "seekd/MODEL"
context_tokens = 2048
[[route]]
name = "watched"
target = "server/owl"
backup = "local"
context_tokens = 8192
[[route]]
name = "strict"
target = "server/owl"
context_tokens = 8192
private_data = "refuse"
[[route]]
name = "pageless"
target = "server/owl"
context_tokens = 8192
collections = []
[[route]]
name = "background"
target = "server/owl"
context_tokens = 8192
tasks = ["answer"]
priority = "background"
[[route]]
name = "hidden"
target = "server/owl"
context_tokens = 8192
callers = ["caller:nobody"]
"""


class Internet(network.Internet):
    more_answers = ["--host-record=far.internal,127.0.0.1", "--host-record=localhost,127.0.0.1"]


class Server(http.server.ThreadingHTTPServer):
    """An OpenAI-compatible server that says who it is, or fails, as it is told."""

    def __init__(self):
        super().__init__(("127.0.0.1", SERVER_PORT), Answers)
        self.status, self.asked, self.arguments = 200, [], ['{"ci', 'ty": "Bonn"}']
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        models = [{"id": "owl", "object": "model"}] if self.server.status == 200 else []
        self.reply(self.server.status, "application/json", json.dumps({"object": "list", "data": models}))

    def do_POST(self):
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        if self.server.status != 200:
            return self.reply(self.server.status, "application/json", json.dumps({"error": {"message": "no owl is in"}}))
        deltas = [{"content": word} for word in ("The ", "owl ", "says so.")]
        finish = "stop"
        if self.server.asked[-1].get("tool_choice") == "required":
            name = self.server.asked[-1]["tools"][0]["function"]["name"]
            deltas = [{"tool_calls": [{"index": 0, "id": "c1", "type": "function", "function": {"name": name, "arguments": ""}}]}]
            deltas += [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in self.server.arguments]
            finish = "tool_calls"
        chunks = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
        chunks += [{"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]},
                   {"choices": [], "usage": {"prompt_tokens": 70, "completion_tokens": 7}}]
        self.reply(200, "text/event-stream", "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n")

    def reply(self, status, kind, text):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


class Routes(case.Case):
    internet = Internet

    @classmethod
    def programs(cls, extra=""):
        """The far one has no door, and the near one needs the name of its model."""
        folder = cls.folder / "far"
        folder.mkdir()
        cls.far = programs.Programs(case.BIN, folder, cls.web.authority.certificate)
        cls.far.config.write_text(cls.far.config.read_text().replace(":8017", f":{FAR_PORT}"))
        cls.far.start_seekd()
        cls.addClassCleanup(cls.far.stop)
        cls.local = programs.request(cls.far.socket, "GET", "/v1/models")[2]["data"][0]["id"]
        return programs.Programs(case.BIN, cls.folder, cls.web.authority.certificate, CONFIG.replace("MODEL", cls.local))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Server()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)

    def setUp(self):
        self.server.status = 200
        self.server.asked.clear()

    def ask_alone(self, question, **fields):
        """Of the model alone, so that nothing but the question is sent."""
        return self.seekd.ask(question, disable_search=True, **fields)

    def route(self, name):
        status = programs.request(self.seekd.socket, "GET", "/seekd/v1/status")[2]
        return next(route for route in status["routes"] if route["name"] == name)

    def test_tools_go_to_the_server_and_its_calls_come_back(self):
        weather = {"type": "function", "function": {"name": "get_weather", "description": "Of a city.",
                                                    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}
        fields = {"tools": [weather], "tool_choice": "required", "parallel_tool_calls": False, "model": "watched"}
        status, _, reply = self.seekd.ask("Weather in Bonn?", **fields)
        self.assertEqual(status, 200, reply)
        [choice] = reply["choices"]
        self.assertEqual((choice["finish_reason"], choice["message"]["content"]), ("tool_calls", None))
        self.assertEqual(choice["message"]["tool_calls"], [
            {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Bonn"}'}}])
        [asked] = self.server.asked
        self.assertEqual((asked["tools"], asked["tool_choice"], asked["parallel_tool_calls"]), ([weather], "required", False))
        # What the tool gave back, and what private data in it becomes.
        call = {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": '{"card": 4111111111111111}'}}
        messages = [{"role": "user", "content": "Weather in Bonn?"}, {"role": "assistant", "content": None, "tool_calls": [call]},
                    {"role": "tool", "tool_call_id": "c1", "content": "Rain. Call +49 30 901820."}]
        status, _, reply = programs.request(self.seekd.socket, "POST", "/v1/chat/completions",
                                            {"messages": messages, "tools": [weather], "model": "watched"})
        self.assertEqual((status, reply["choices"][0]["message"]["content"]), (200, "The owl says so."), reply)
        sent = self.server.asked[-1]["messages"]
        self.assertEqual([message["role"] for message in sent], ["user", "assistant", "tool"])
        self.assertEqual(sent[2]["tool_call_id"], "c1")
        self.assertNotIn("901820", json.dumps(sent))
        self.assertNotIn("4111", json.dumps(sent))
        self.assertEqual(json.loads(sent[1]["tool_calls"][0]["function"]["arguments"]), {"card": "[card]"})

    def test_a_server_that_calls_without_sense_has_failed(self):
        self.addCleanup(setattr, self.server, "arguments", self.server.arguments)
        self.server.arguments = ['["Bonn"']
        tool = {"type": "function", "function": {"name": "get_weather"}}
        status, _, reply = self.seekd.ask("Weather?", tools=[tool], tool_choice="required", model="strict")
        self.assertGreaterEqual(status, 500)
        self.assertIn("no JSON object", reply["error"]["message"])

    def test_models_are_listed_and_asked_by_name(self):
        listed = [model["id"] for model in programs.request(self.seekd.socket, "GET", "/v1/models")[2]["data"]]
        self.assertEqual(listed[:-1], [self.local, "far", "watched", "strict", "pageless", "background"])  # the last is the embedder
        for name in (self.local, "local"):
            self.assertEqual(self.ask_alone("What is a broker?", model=name)[2]["model"], self.local)
        for name in ("hidden", "owl", "server/owl", "nobody"):
            status, _, reply = self.ask_alone("What is a broker?", model=name)
            self.assertEqual((status, reply["error"]["code"]), (404, "model_not_found"))
        self.assertEqual(self.server.asked, [])

    def test_another_seekd_answers_over_pages_that_this_one_read(self):
        url = f"{SITE}/long/kestrel.html"
        self.web.write("/long/kestrel.html", article("Kestrel", *KESTREL))
        reply = self.answer("When was Kestrel 4.2 released?", urls=[url], model="far")
        self.assertEqual(reply["model"], "far")
        self.assertCited(reply, url)
        self.assertGreater(reply["usage"]["prompt_tokens"], 100)
        self.assertIn("upstream outcome=delivered reason=allowed provenance=model_request upstream=seekd",
                      self.seekd.log("seekd-fetcher"))
        self.assertNotIn("Kestrel 4.2", self.seekd.log("seekd-fetcher"))

    def test_a_streamed_answer_says_whose_it_is(self):
        status, _, text = self.ask_alone("Who?", model="watched", stream=True)
        self.assertEqual(status, 200)
        events = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
        self.assertEqual(events[-1], "[DONE]")
        chunks = [json.loads(event) for event in events[:-1]]
        self.assertEqual({chunk["model"] for chunk in chunks}, {"watched"})
        said = "".join(choice["delta"].get("content", "") for chunk in chunks for choice in chunk["choices"])
        self.assertIn("The owl says so.", said)

    def test_what_is_private_is_masked_or_does_not_leave(self):
        question = "Write to jane.doe@example.org that the owl is in."
        status, _, reply = self.ask_alone(question, model="watched")
        self.assertEqual((status, reply["model"]), (200, "watched"))
        [asked] = self.server.asked
        self.assertEqual(asked["model"], "owl")
        self.assertNotIn("jane.doe", json.dumps(asked))
        self.assertIn("Write to [email] that", json.dumps(asked))
        status, _, reply = self.ask_alone(question, model="strict")
        self.assertEqual((status, reply["error"]["code"]), (400, "unsupported"))
        self.assertIn("email", reply["error"]["message"])
        self.assertEqual(len(self.server.asked), 1)
        self.assertEqual(self.ask_alone("Is the owl in?", model="strict")[2]["model"], "strict")

    def test_pages_stay_where_a_route_takes_none(self):
        url = f"{SITE}/long/pageless.html"
        self.web.write("/long/pageless.html", article("Kestrel", *KESTREL))
        status, _, reply = self.seekd.ask("When was Kestrel 4.2 released?", urls=[url], model="pageless")
        self.assertEqual(status, 400, reply)
        self.assertIn('the collection "web"', reply["error"]["message"])
        self.assertEqual(self.server.asked, [])
        self.assertEqual(self.ask_alone("Is the owl in?", model="pageless")[0], 200)

    def test_a_task_goes_to_its_route_where_no_model_is_named(self):
        self.assertEqual(self.ask_alone("Is the owl in?", service_tier="flex")[2]["model"], "background")
        self.assertEqual(self.ask_alone("Is the owl in?")[2]["model"], self.local)
        self.assertEqual(self.ask_alone("Is the owl in?", service_tier="flex", model="local")[2]["model"], self.local)

    def test_a_request_that_the_server_refuses_is_its_askers(self):
        self.server.status = 400
        status, _, reply = self.ask_alone("Is the owl out?", model="watched")
        self.assertEqual(status, 400, reply)
        self.assertIn("no owl is in", reply["error"]["message"])
        self.assertEqual(self.route("watched")["state"], "serving")

    def test_three_failures_lead_to_the_backup_and_a_probe_back(self):
        self.server.status = 500
        for number in range(5):
            status, _, reply = self.ask_alone(f"Is owl number {number} in?", model="watched")
            self.assertEqual((status, reply["model"]), (200, self.local), reply)
        self.assertEqual(len(self.server.asked), 3)
        resting = self.route("watched")
        self.assertIn(resting["state"], ("resting", "probing"))
        self.assertIn("no owl is in", resting["reason"])
        self.assertEqual(programs.request(self.seekd.socket, "GET", "/health")[2]["routes_resting"], 1)
        metrics = self.seekd.metrics()
        self.assertEqual(metrics["seekd_route_serving"][(("route", "watched"),)], 0)
        self.assertEqual(metrics["seekd_route_serving"][(("route", "far"),)], 1)
        self.assertGreaterEqual(
            metrics["seekd_route_requests_total"][(("result", "failed"), ("route", "watched"))], 3)
        self.server.status = 200
        network.wait_until(lambda: self.route("watched")["state"] == "serving", "the probe", 120)
        self.assertEqual(self.ask_alone("Is the owl back?", model="watched")[2]["model"], "watched")
        self.assertTrue(re.search("the route watched rests: .*no owl is in", self.seekd.log("seekd")))

    def test_without_a_backup_a_failure_is_an_error(self):
        self.server.status = 401
        status, _, reply = self.ask_alone("Is the owl locked up?", model="pageless")
        self.assertEqual(status, 503, reply)
        self.assertIn('the upstream "server"', reply["error"]["message"])


class ByLoad(case.Case):
    """One text at a time is written here, and what would wait behind another one goes elsewhere."""
    internet = Internet
    extra_config = f"""
[model]
sequences_max = 1
[[egress.exception]]
address = "127.0.0.1"
port = {SERVER_PORT}
reason = "the tests' own server"
[[upstream]]
name = "server"
url = "http://far.internal:{SERVER_PORT}/v1"
[[route]]
name = "overflow"
target = "server/owl"
context_tokens = 8192
tasks = ["answer"]
waiting_min = 1
"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Server()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)

    def begin(self, question):
        """A long answer of the local model, which nobody reads yet."""
        connection = http.client.HTTPConnection("127.0.0.1", 8017, timeout=120)
        self.addCleanup(connection.close)
        body = {"messages": [{"role": "user", "content": question}], "disable_search": True, "model": "local", "stream": True,
                "max_tokens": 2000, "temperature": 1, "seed": 7}
        connection.request("POST", "/v1/chat/completions", json.dumps(body))

    def waiting(self):
        return programs.request(self.seekd.socket, "GET", "/seekd/v1/status")[2]["queue"]["waiting_for_model"]

    def test_what_would_wait_for_the_local_model_is_answered_elsewhere(self):
        alone = self.seekd.ask("What is a kestrel?", disable_search=True)[2]
        self.assertNotEqual(alone["model"], "overflow")
        for number in range(3):
            self.begin(f"Write a very long story about {number} birds.")
        network.wait_until(lambda: self.waiting() >= 1, "a text to wait", 60)
        moved = self.seekd.ask("What is an osprey?", disable_search=True)[2]
        self.assertEqual((moved["model"], moved["choices"][0]["message"]["content"]), ("overflow", "The owl says so."))


if __name__ == "__main__":
    case.main()
