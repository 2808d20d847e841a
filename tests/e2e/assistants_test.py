"""The Model Context Protocol's own Python client against both programs: over standard input and output, as assistants start
`seekctl mcp`, and over HTTP; and what seekctl says on its standard output to lines that no client would send.

usage: assistants_test.py BIN_FOLDER
"""

import asyncio
import contextlib
import json
import os
import pathlib
import queue
import subprocess
import sys
import threading

import case
from case import KESTREL, SITE, article

PACKAGES = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "seekd/python"
sys.path.insert(0, str(PACKAGES))
import httpx2  # noqa: E402  (scripts/setup --test brings these)
import mcp  # noqa: E402
import mcp.client.streamable_http  # noqa: E402

QUESTION = "When was Kestrel 4.2 released?"
INITIALIZE = {"jsonrpc": "2.0", "id": 0, "method": "initialize",
              "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}}


def create_key(folder, name):
    made = subprocess.run([case.BIN / "seekctl", "token", "create", "--name", name, "--role", "reader", "--append",
                           folder / "keys"], capture_output=True, text=True, check=True)
    return made.stdout.strip()


def call(number, tool, **arguments):
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}


class Bridge:
    """`seekctl mcp`, spoken to line by line."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([case.BIN / "seekctl", "mcp", *map(str, arguments)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        with self.process.stdout:
            for line in self.process.stdout:
                self.lines.put(json.loads(line))

    def send(self, *messages):
        for message in messages:
            self.process.stdin.write((message if isinstance(message, str) else json.dumps(message)) + "\n")
        self.process.stdin.flush()

    def next(self):
        return self.lines.get(timeout=120)

    def begin(self):
        self.send(INITIALIZE, {"jsonrpc": "2.0", "method": "notifications/initialized"})
        return self.next()["result"]

    def close(self):
        """What was not read yet, the complaints, the exit status."""
        self.process.stdin.close()
        complaints = self.process.stderr.read()
        self.reader.join(timeout=120)
        self.process.stderr.close()
        return list(self.lines.queue), complaints, self.process.wait(timeout=120)


class Assistants(case.Case):
    @classmethod
    def programs(cls, extra=""):
        cls.key = create_key(cls.folder, "assistant")
        return super().programs(f'[access]\nkeys_file = "{cls.folder}/keys"\n')

    @contextlib.asynccontextmanager
    async def over_stdio(self):
        server = mcp.StdioServerParameters(command=str(case.BIN / "seekctl"), args=["mcp", "--socket", str(self.seekd.socket)])
        async with mcp.stdio_client(server) as (reader, writer), mcp.ClientSession(reader, writer) as session:
            yield session

    @contextlib.asynccontextmanager
    async def over_http(self):
        async with (httpx2.AsyncClient(headers={"Authorization": f"Bearer {self.key}"}, timeout=120) as client,
                    mcp.client.streamable_http.streamable_http_client("http://127.0.0.1:8017/mcp", http_client=client)
                    as (reader, writer), mcp.ClientSession(reader, writer) as session):
            yield session

    async def use_every_tool(self, session, name):
        self.web.write(f"/long/{name}.html", article("Kestrel", *KESTREL))
        url = f"{SITE}/long/{name}.html"
        begun = await session.initialize()
        self.assertEqual(begun.server_info.name, "seekd")
        self.assertEqual([tool.name for tool in (await session.list_tools()).tools], ["ask", "search", "fetch", "show"])
        fetched = await session.call_tool("fetch", {"url": url})
        self.assertFalse(fetched.is_error, fetched)
        self.assertIn("quorum queues", fetched.structured_content["content"])
        shown = await session.call_tool("show", {"url": url, "max_length": 40})
        self.assertEqual((shown.structured_content["url"], shown.structured_content["end_index"]), (url, 40))
        found = await session.call_tool("search", {"query": "Kestrel quorum queues"})
        self.assertIn("results", found.structured_content)
        steps = []

        async def on_progress(progress, total, message):
            steps.append(message)

        answer = await session.call_tool("ask", {"question": QUESTION, "urls": [url]}, progress_callback=on_progress)
        self.assertIn("14 March 2026", answer.structured_content["answer"])
        self.assertIn(url, [source["url"] for source in answer.structured_content["sources"]])
        self.assertTrue(steps)
        denied = await session.call_tool("fetch", {"url": "https://127.0.0.1/"})
        self.assertTrue(denied.is_error)
        self.assertTrue(denied.content[0].text.startswith("url_not_allowed: "), denied)
        with self.assertRaises(mcp.MCPError) as wrong:
            await session.list_resources()
        self.assertEqual(wrong.exception.error.code, -32601)

    def test_every_tool_is_used_over_standard_input_and_output(self):
        async def use():
            async with self.over_stdio() as session:
                await self.use_every_tool(session, "stdio")
        asyncio.run(use())

    def test_every_tool_is_used_over_http(self):
        async def use():
            async with self.over_http() as session:
                await self.use_every_tool(session, "http")
        asyncio.run(use())

    def test_a_caller_without_a_key_is_told_what_to_do(self):
        bridge = Bridge("--server", "http://127.0.0.1:8017")
        bridge.send(INITIALIZE)
        reply = bridge.next()
        self.assertEqual((reply["id"], reply["error"]["code"]), (0, -32000))
        self.assertIn("--key-file", reply["error"]["message"])
        self.assertEqual(bridge.close()[2], 0)

    def test_requests_run_side_by_side_and_all_are_answered_before_the_end(self):
        bridge = Bridge("--socket", self.seekd.socket)
        bridge.begin()
        asked = [call(f"q{i}", "ask", question=f"What is {i} plus {i}?", offline=True) for i in range(4)]
        bridge.send(*asked, {"jsonrpc": "2.0", "id": "ping", "method": "ping"})
        first = bridge.next()
        self.assertEqual(first["id"], "ping")  # it waits for no answer
        rest, complaints, status = bridge.close()
        self.assertEqual({line["id"] for line in rest}, {"q0", "q1", "q2", "q3"})
        self.assertTrue(all("result" in line for line in rest), rest)
        self.assertEqual((complaints, status), ("", 0))

    def test_a_request_that_is_cancelled_is_not_answered_and_seekd_stops(self):
        bridge = Bridge("--socket", self.seekd.socket)
        bridge.begin()
        cancelled = self.cancelled_answers()
        bridge.send(call(7, "ask", question="Tell me a very long story about a lighthouse.", offline=True),
                    {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}},
                    {"jsonrpc": "2.0", "id": 8, "method": "ping"})
        self.assertEqual(bridge.next()["id"], 8)
        rest, complaints, status = bridge.close()
        self.assertEqual((rest, complaints, status), ([], "", 0))
        self.assertEqual(self.cancelled_answers(), cancelled + 1)

    def cancelled_answers(self):
        answers = self.seekd.metrics().get("seekd_answers_total", {})
        return answers.get((("outcome", "cancelled"),), 0)

    def test_lines_that_are_no_messages_are_answered_with_errors_and_the_next_are_read(self):
        bridge = Bridge("--socket", self.seekd.socket)
        bridge.begin()
        for line, code in (("nonsense", -32700), ("[" * 100, -32700), ("7", -32600), ('"\x1b[2J"', -32700), ("x" * 5_000_000, -32000),
                           ('{"id": 1}', None), ('{"jsonrpc": "2.0", "id": null, "method": "ping"}', -32600),
                           ('{"jsonrpc": "1.0", "id": 5, "method": "ping"}', -32600), ("[]", -32600), ("", None)):
            bridge.send(line)
            if code is not None:
                reply = bridge.next()
                self.assertEqual(reply["error"]["code"], code, (line[:80], reply))
        bridge.send({"jsonrpc": "2.0", "id": 9, "method": "ping"})
        self.assertEqual(bridge.next(), {"jsonrpc": "2.0", "id": 9, "result": {}})
        self.assertEqual(bridge.close()[2], 0)

    def test_input_that_ends_at_once_is_a_clean_end(self):
        self.assertEqual(Bridge("--socket", self.seekd.socket).close(), ([], "", 0))


class Restarts(case.Case):
    def test_a_seekd_that_is_gone_is_told_and_one_that_is_back_goes_on_with_the_session(self):
        bridge = Bridge("--socket", self.seekd.socket)
        self.assertEqual(bridge.begin()["serverInfo"]["name"], "seekd")
        bridge.send({"jsonrpc": "2.0", "id": 0, "method": "ping"})  # behind the notification
        self.assertEqual(bridge.next()["result"], {})
        self.seekd.kill(self.seekd.seekd)
        bridge.send({"jsonrpc": "2.0", "id": 1, "method": "ping"})
        gone = bridge.next()
        self.assertEqual((gone["id"], gone["error"]["code"], gone["error"]["data"]), (1, -32000, {"code": "unavailable"}))
        self.assertIn("systemctl start seekd", gone["error"]["message"])
        self.seekd.start_seekd()
        bridge.send({"jsonrpc": "2.0", "id": 2, "method": "tools/list"})
        listed = bridge.next()
        self.assertIn("result", listed, listed)
        self.assertEqual([tool["name"] for tool in listed["result"]["tools"]], ["ask", "search", "fetch", "show"])
        rest, complaints, status = bridge.close()
        self.assertEqual((rest, complaints, status), ([], "", 0))


if __name__ == "__main__":
    case.main()
