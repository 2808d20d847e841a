#!/usr/bin/env python3
"""Records what `transformers` renders of tools, calls and results: tool_vectors.json.

usage: make_tool_vectors.py PUBLISHED > tool_vectors.json
needs: pip install transformers jinja2
PUBLISHED holds qwen2_5.jinja (Qwen/Qwen2.5-7B-Instruct) and llama3_1.jinja (meta-llama/Llama-3.1-8B-Instruct) as the
models publish them, and deepseek_r1.jinja and deepseek_v3_1.jinja as SGLang brings them under examples/chat_template,
for the models' own have no place for definitions; their tags with "-" where else their indentation would be written. A
vector names the template under chat_templates/ by which the model is recognised. That of Qwen2.5 is written anew, and
held against the published one.
"""

import json
import pathlib
import sys

from transformers.utils.chat_template_utils import render_jinja_template

HERE = pathlib.Path(__file__).parent
DEEPSEEK = ("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>")
FORMS = [  # published, recognised by, bos, eos, calls in a turn
    ("qwen2_5", "qwen2_5", "", "<|im_end|>", 2),
    ("llama3_1", "llama3_1", "<|begin_of_text|>", "<|eot_id|>", 1),
    ("deepseek_r1", "deepseek_r1_0528", *DEEPSEEK, 2),
    ("deepseek_v3_1", "deepseek_v3_1", *DEEPSEEK, 2),
]
TOOLS = [
    {"name": "get_weather", "description": "The weather now, in °C.", "parameters": {
        "type": "object", "properties": {
            "city": {"type": "string", "description": "A \"name\"\n<tool_call>, or / and é"},
            "days": {"type": "integer", "minimum": 1, "default": 1.5},
            "units": {"enum": ["c", "f", None, True], "examples": []}},
        "required": ["city"], "additionalProperties": False}},
    {"name": "now", "description": "The time.", "parameters": {"type": "object", "properties": {}}},
]


def call(name, arguments):
    return {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}


def message(role, content, calls=None):
    made = {"role": role, "content": content}
    return made | {"tool_calls": calls} if calls else made


def conversations(calls_max):
    calls = [call("get_weather", {"city": "Köln", "days": 2, "units": None}), call("now", {})][:calls_max]
    results = [message("tool", "{\"°C\": 21}\n"), message("tool", "noon \"sharp\"")][:calls_max]
    system, ask = message("system", "Answer in one line."), message("user", "How is it in Köln?")
    yield [ask]
    yield [system, ask]
    yield [system, ask, message("assistant", "", calls), *results]
    yield [ask, message("assistant", "", calls), *results, message("assistant", "21 °C."), message("user", "Thanks.")]
    if calls_max > 1:
        yield [ask, message("assistant", "I look.", calls), *results]
    yield [ask, message("assistant", "", calls[:1]), results[0], message("assistant", "", calls[-1:]), results[-1]]


def render(jinja, bos, eos, messages, tools):
    rendered, _ = render_jinja_template(conversations=[messages], tools=tools, chat_template=jinja.removesuffix("\n"),
                                        bos_token=bos, eos_token=eos, add_generation_prompt=True)
    return rendered[0].lstrip("\n")


def main():
    vectors = []
    tools = [{"type": "function", "function": tool} for tool in TOOLS]
    for published, name, bos, eos, calls_max in FORMS:
        jinja = (pathlib.Path(sys.argv[1]) / f"{published}.jinja").read_text()
        own = (HERE / "chat_templates" / f"{name}.jinja").read_text()
        for messages in conversations(calls_max):
            for given in (tools, None):
                text = render(jinja, bos, eos, messages, given)
                if published == "qwen2_5" and render(own, bos, eos, messages, given) != text:
                    sys.exit(f"{name} renders {messages} in another way")
                vectors.append({"template": name, "bos": bos, "eos": eos, "messages": messages,
                                "tools": TOOLS if given else [], "text": text})
    json.dump(vectors, sys.stdout, ensure_ascii=False, indent=0)
    print()


main()
