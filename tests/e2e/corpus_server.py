"""A search engine over a corpus of a test's own: what the engine of a real searx asks, and a wiki beside it.

usage: corpus_server.py ADDRESS PORT FOLDER

FOLDER/corpus.json is a list of {"url", "title", "text"}; where FOLDER/captcha is there, the engine wants to see a person
instead. Every query that arrives is a line of FOLDER/queries.log.
"""

import http.server
import json
import pathlib
import re
import sys
import urllib.parse

FOLDER = pathlib.Path(sys.argv[3])


def words(text):
    return set(re.findall(r"\w+", text.lower()))


def found(query):
    """The pages that share words with the query, best first."""
    pages = json.loads((FOLDER / "corpus.json").read_text())
    ranked = sorted(pages, key=lambda page: -len(words(query) & words(page["title"] + " " + page["text"])))
    return [page for page in ranked if words(query) & words(page["title"] + " " + page["text"])]


def engine(query):
    if (FOLDER / "captcha").exists():
        return 503, "https://www.google.com/recaptcha/api.js"  # by which searx tells it
    return 200, {"hits": [{"link": page["url"], "name": page["title"], "text": page["text"][:200]} for page in found(query)]}


def wiki(query):
    search = [{"ns": 0, "title": page["url"].rsplit("/", 1)[-1], "snippet": page["text"][:100]} for page in found(query)]
    return 200, {"query": {"general": {"server": "https://docs.example.org", "articlepath": "/long/$1"}, "search": search}}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        parameters = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
        query = parameters.get("q") or parameters.get("srsearch", "")
        with open(FOLDER / "queries.log", "a", encoding="utf-8") as log:
            log.write(f"{url.path} {query}\n")
        status, value = wiki(query) if url.path == "/w/api.php" else engine(query)
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
