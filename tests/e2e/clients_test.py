"""OpenAI's own Python client against both programs: what it sends is understood, what it reads is what it expects.

usage: clients_test.py BIN_FOLDER
"""

import base64
import json
import math
import os
import pathlib
import struct
import subprocess
import sys

import case
from case import KESTREL, SITE, article

PACKAGES = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "seekd/python"
sys.path.insert(0, str(PACKAGES))
import openai  # noqa: E402  (scripts/setup --test brings it)

BASE = "http://127.0.0.1:8017/v1"
QUESTION = "When was Kestrel 4.2 released?"


def create_key(folder, name):
    made = subprocess.run([case.BIN / "seekctl", "token", "create", "--name", name, "--role", "reader", "--append",
                           folder / "keys"], capture_output=True, text=True, check=True)
    return made.stdout.strip()


class Clients(case.Case):
    @classmethod
    def programs(cls, extra=""):
        cls.key = create_key(cls.folder, "client")
        cls.slow_key = create_key(cls.folder, "slow")
        return super().programs(f"""
[access]
keys_file = "{cls.folder}/keys"
[[access.caller]]
name = "slow"
requests_per_minute = 1
requests_burst = 2
""")

    def setUp(self):
        self.client = openai.OpenAI(base_url=BASE, api_key=self.key, max_retries=0, timeout=120)
        self.addCleanup(self.client.close)
        self.models = [model.id for model in self.client.models.list()]

    def page(self, name):
        self.web.write(f"/long/{name}.html", article("Kestrel", *KESTREL))
        return f"{SITE}/long/{name}.html"

    def chat(self, **fields):
        return self.client.chat.completions.create(model=self.models[0], **fields)

    def test_the_models_are_the_model_and_its_embedder(self):
        self.assertEqual(self.models, ["SmolLM2-135M-Instruct.Q4_1", "all-MiniLM-L6-v2"])

    def test_a_chat_is_answered_whole_and_streamed(self):
        url = self.page("chat")
        messages = [{"role": "user", "content": QUESTION}]
        whole = self.chat(messages=messages, extra_body={"urls": [url]})
        message = whole.choices[0].message
        self.assertIn("14 March 2026", message.content)
        self.assertIn(url, [note.url_citation.url for note in message.annotations])
        self.assertEqual(whole.usage.total_tokens, whole.usage.prompt_tokens + whole.usage.completion_tokens)
        stream = self.chat(messages=messages, extra_body={"urls": [url]}, stream=True, stream_options={"include_usage": True})
        chunks = list(stream)
        text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
        self.assertEqual(text, message.content)
        self.assertGreater(chunks[-1].usage.completion_tokens, 0)
        # What was answered is sent back as it came.
        again = self.chat(messages=[*messages, message, {"role": "user", "content": "Who released it?"}],
                          extra_body={"disable_search": True})
        self.assertTrue(again.choices[0].message.content)

    def test_a_function_is_called_answered_and_the_answer_given(self):
        weather = {"type": "function", "function": {
            "name": "get_weather", "description": "The weather of a city.",
            "parameters": {"type": "object", "required": ["city", "unit"], "additionalProperties": False, "properties": {
                "city": {"type": "string", "maxLength": 20}, "unit": {"enum": ["celsius", "kelvin"]}}}}}
        messages = [{"role": "user", "content": "What is the weather in Bonn?"}]
        fields = {"messages": messages, "tools": [weather], "tool_choice": "required", "max_tokens": 200}
        choice = self.chat(**fields).choices[0]
        self.assertEqual(choice.finish_reason, "tool_calls")
        [call, *_] = choice.message.tool_calls
        arguments = json.loads(call.function.arguments)
        self.assertEqual(call.function.name, "get_weather")
        self.assertEqual(set(arguments), {"city", "unit"})
        self.assertIn(arguments["unit"], ["celsius", "kelvin"])
        chunks = list(self.chat(stream=True, **fields))
        deltas = [delta for chunk in chunks for choice in chunk.choices for delta in choice.delta.tool_calls or []]
        self.assertEqual((deltas[0].index, deltas[0].function.name), (0, "get_weather"))
        self.assertEqual(set(json.loads("".join(delta.function.arguments for delta in deltas if delta.index == 0))), {"city", "unit"})
        self.assertEqual(chunks[-1].choices[0].finish_reason, "tool_calls")
        # What the function gave back, for each call.
        results = [{"role": "tool", "tool_call_id": made.id, "content": "18 degrees, rain"} for made in choice.message.tool_calls]
        told = self.chat(messages=[*messages, choice.message, *results], tools=[weather], tool_choice="none", max_tokens=60)
        self.assertTrue(told.choices[0].message.content)
        self.assertEqual(told.model_extra["search_results"], [])
        with self.assertRaises(openai.BadRequestError) as refused:
            self.chat(messages=[*messages, choice.message], tools=[weather])
        self.assertEqual(refused.exception.param, "messages")

    def test_texts_are_gone_on_with(self):
        reply = self.client.completions.create(model=self.models[0], prompt=["The capital of France is", "One, two,"],
                                               max_tokens=4, echo=True)
        self.assertEqual([choice.index for choice in reply.choices], [0, 1])
        self.assertTrue(reply.choices[0].text.startswith("The capital of France is"))
        self.assertIn("Paris", reply.choices[0].text)
        self.assertEqual(reply.choices[0].finish_reason, "length")
        self.assertLessEqual(reply.usage.completion_tokens, 8)
        chosen = self.client.completions.create(model=self.models[0], prompt="One, two,", max_tokens=4, logprobs=2)
        logprobs = chosen.choices[0].logprobs
        self.assertEqual("".join(logprobs.tokens), chosen.choices[0].text)
        self.assertEqual(logprobs.text_offset[0], 0)
        self.assertTrue(all(len(best) == 2 for best in logprobs.top_logprobs))
        stream = self.client.completions.create(model=self.models[0], prompt="One, two,", max_tokens=4, stream=True)
        self.assertEqual("".join(chunk.choices[0].text for chunk in stream), chosen.choices[0].text)

    def test_names_of_special_tokens_are_those_tokens_so_that_a_template_can_be_written(self):
        prompt = "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n"
        reply = self.client.completions.create(model=self.models[0], prompt=prompt, max_tokens=16)
        self.assertLess(reply.usage.prompt_tokens, 20)  # 16; as text they would be 40
        self.assertIn("Paris", reply.choices[0].text)
        self.assertEqual(reply.choices[0].finish_reason, "stop")

    def respond(self, **fields):
        return self.client.responses.create(model=self.models[0], **fields)

    def test_a_response_calls_a_function_and_goes_on_with_what_it_gave_back(self):
        port = {"type": "function", "name": "open_port", "description": "Opens a port.", "strict": True, "parameters": {
            "type": "object", "required": ["port"], "additionalProperties": False, "properties": {"port": {"enum": [7311, 7312]}}}}
        asked = [{"role": "user", "content": "Open port 7311."}]
        reply = self.respond(input=asked, tools=[port], tool_choice="required", max_output_tokens=200)
        [call, *_] = [item for item in reply.output if item.type == "function_call"]
        self.assertEqual(call.name, "open_port")
        self.assertIn(json.loads(call.arguments)["port"], [7311, 7312])
        with self.client.responses.stream(model=self.models[0], input=asked, tools=[port], tool_choice="required",
                                          max_output_tokens=200) as stream:
            types = [event.type for event in stream]
        self.assertIn("response.function_call_arguments.done", types)
        results = [{"type": "function_call_output", "call_id": item.call_id, "output": "it is open"} for item in reply.output]
        told = self.respond(input=[*asked, *reply.output, *results], tools=[port], tool_choice="none", max_output_tokens=60)
        self.assertTrue(told.output_text)

    def test_a_response_is_json_of_a_schema(self):
        schema = {"type": "object", "required": ["port"], "additionalProperties": False, "properties": {"port": {"type": "integer"}}}
        reply = self.respond(input="Which port is it, 7311 or 7312?", max_output_tokens=100,
                             text={"format": {"type": "json_schema", "name": "port", "schema": schema, "strict": True}})
        self.assertEqual(set(json.loads(reply.output_text)), {"port"})
        self.assertEqual(reply.text.format.name, "port")

    def test_a_response_has_the_calls_of_its_search_and_a_cited_message(self):
        url = self.page("response")
        fields = {"input": QUESTION, "tools": [{"type": "web_search"}], "include": ["web_search_call.action.sources"],
                  "metadata": {"of": "the test"}, "instructions": "Answer in one sentence.", "extra_body": {"urls": [url]}}
        reply = self.respond(**fields)
        self.assertEqual((reply.status, reply.metadata, reply.store), ("completed", {"of": "the test"}, False))
        calls = [item for item in reply.output if item.type == "web_search_call"]
        self.assertEqual([(call.action.type, call.action.url, call.status) for call in calls],
                         [("open_page", url, "completed"), ("find_in_page", url, "completed")])
        message = reply.output[-1]
        self.assertEqual(message.type, "message")
        self.assertIn("14 March 2026", reply.output_text)
        note = message.content[0].annotations[0]
        self.assertEqual((note.type, note.url), ("url_citation", url))
        self.assertLess(note.start_index, note.end_index)
        self.assertGreater(reply.usage.input_tokens, reply.usage.output_tokens)

        # Without naming the page: the cache is searched, and its pages are the sources.
        found = self.respond(input=f"{QUESTION} Say the day.", tools=[{"type": "web_search", "external_web_access": False}],
                             include=["web_search_call.action.sources"])
        searches = [item for item in found.output if item.type == "web_search_call" and item.action.type == "search"]
        self.assertTrue(searches)
        # Of pages that say the same one is a source.
        sources = [source.url for source in searches[0].action.sources]
        self.assertTrue(sources and all(source.startswith(SITE) for source in sources), sources)

        # Without the tool nothing is read.
        alone = self.respond(input=[*[{"role": "user", "content": QUESTION}, message], {"role": "user", "content": "Thanks. And who are you?"}])
        self.assertEqual([item.type for item in alone.output], ["message"])
        self.assertEqual(alone.output[0].content[0].annotations, [])

        cut = self.respond(input="Count to one hundred in words.", max_output_tokens=3)
        self.assertEqual((cut.status, cut.incomplete_details.reason), ("incomplete", "max_output_tokens"))

    def test_a_response_is_followed_by_its_events(self):
        url = self.page("events")
        fields = {"input": f"{QUESTION} And by whom?", "tools": [{"type": "web_search"}], "extra_body": {"urls": [url]}}
        events = list(self.respond(**fields, stream=True))
        self.assertEqual([event.sequence_number for event in events], list(range(len(events))))
        types = [event.type for event in events]
        self.assertEqual(types[:3], ["response.created", "response.in_progress", "response.output_item.added"])
        self.assertEqual(types[-1], "response.completed")
        for wanted in ("response.web_search_call.searching", "response.web_search_call.completed", "response.content_part.added",
                       "response.output_text.delta", "response.output_text.annotation.added", "response.output_text.done"):
            self.assertIn(wanted, types)
        whole = events[-1].response
        self.assertEqual("".join(event.delta for event in events if event.type == "response.output_text.delta"), whole.output_text)
        done = {event.output_index: event.item for event in events if event.type == "response.output_item.done"}
        self.assertEqual([done[index] for index in range(len(done))], whole.output)
        # The client's own bookkeeping comes to the same.
        with self.client.responses.stream(model=self.models[0], **{**fields, "input": f"{QUESTION} Where?"}) as stream:
            for _ in stream:
                pass
            self.assertEqual(stream.get_final_response().status, "completed")

    def test_texts_are_embedded_as_numbers_and_as_base64(self):
        texts = ["How do I reset my password?", "I forgot my password.", "The cat sleeps on the sofa."]
        # The client asks for base64 where nothing is said, and decodes it.
        decoded = [item.embedding for item in self.client.embeddings.create(model=self.models[1], input=texts).data]
        reply = self.client.embeddings.create(model=self.models[1], input=texts, encoding_format="float")
        vectors = [item.embedding for item in reply.data]
        for coded, vector in zip(decoded, vectors):
            self.assertEqual(len(vector), 384)
            self.assertEqual(struct.pack("384f", *coded), struct.pack("384f", *vector))
            self.assertAlmostEqual(math.fsum(x * x for x in vector), 1, places=4)
        raw = self.client.embeddings.with_raw_response.create(model=self.models[1], input=texts[0], encoding_format="base64")
        self.assertEqual(len(base64.b64decode(raw.http_response.json()["data"][0]["embedding"])), 4 * 384)
        near, far = (math.sumprod(vectors[0], vectors[i]) if hasattr(math, "sumprod")
                     else sum(a * b for a, b in zip(vectors[0], vectors[i])) for i in (1, 2))
        self.assertGreater(near, far + 0.3)
        self.assertGreater(reply.usage.prompt_tokens, 10)
        many = self.client.embeddings.create(model=self.models[1], input=[f"text {i}" for i in range(100)])
        self.assertEqual([item.index for item in many.data], list(range(100)))

    def test_errors_are_of_the_clients_own_classes(self):
        with self.assertRaises(openai.BadRequestError) as refused:
            self.chat(messages=[{"role": "user", "content": "x"}], n=2)
        self.assertEqual((refused.exception.param, refused.exception.code), ("n", "unsupported_field"))
        with self.assertRaises(openai.BadRequestError) as refused:
            self.client.embeddings.create(model=self.models[1], input=["short", "word " * 1000])
        self.assertEqual((refused.exception.param, refused.exception.code), ("input", "context_length_exceeded"))
        with self.assertRaises(openai.BadRequestError) as refused:
            self.client.embeddings.create(model=self.models[1], input=[[1, 2, 3]])
        self.assertEqual(refused.exception.param, "input")
        with self.assertRaises(openai.BadRequestError) as refused:
            self.client.responses.create(model=self.models[0], input="x", previous_response_id="resp_1")
        self.assertEqual((refused.exception.param, refused.exception.code), ("previous_response_id", "unsupported_field"))
        with self.assertRaises(openai.NotFoundError) as refused:
            self.client.completions.create(model="gpt-9", prompt="x")
        self.assertEqual(refused.exception.code, "model_not_found")
        with self.assertRaises(openai.AuthenticationError):
            openai.OpenAI(base_url=BASE, api_key="wrong", max_retries=0).models.list()
        slow = openai.OpenAI(base_url=BASE, api_key=self.slow_key, max_retries=0)
        with self.assertRaises(openai.RateLimitError) as refused:
            for _ in range(3):
                slow.models.list()
        self.assertGreaterEqual(int(refused.exception.response.headers["retry-after"]), 1)


if __name__ == "__main__":
    case.main()
