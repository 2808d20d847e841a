"""What the same documents cost SQLite's FTS5 and Xapian; run by seekd-bench cache --peer-python.

usage: cache_peers.py DOCUMENTS QUERIES FOLDER      (JSON lines with _id and text)
"""
import json
import pathlib
import re
import sys
import time

TOP = 10


def records(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield record["_id"], record["text"]


class Sqlite:
    name = "SQLite FTS5"

    def __init__(self, folder):
        import sqlite3
        self.base = sqlite3.connect(folder / "fts5.db")
        self.base.execute("CREATE VIRTUAL TABLE documents USING fts5(id UNINDEXED, text, tokenize='porter unicode61')")

    def store(self, documents):
        self.base.executemany("INSERT INTO documents VALUES (?, ?)", documents)
        self.base.execute("INSERT INTO documents(documents) VALUES ('optimize')")
        self.base.commit()

    def search(self, text):
        words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", text))
        return [row[0] for row in self.base.execute(f"SELECT id FROM documents WHERE documents MATCH ? ORDER BY rank LIMIT {TOP}", (words,))]


class Xapian:
    name = "Xapian"

    def __init__(self, folder):
        import xapian
        self.xapian = xapian
        self.base = xapian.WritableDatabase(str(folder / "xapian"), xapian.DB_CREATE_OR_OVERWRITE)
        self.stemmer = xapian.Stem("english")
        self.parser = xapian.QueryParser()
        self.parser.set_stemmer(self.stemmer)
        self.parser.set_stemming_strategy(xapian.QueryParser.STEM_ALL)

    def store(self, documents):
        generator = self.xapian.TermGenerator()
        generator.set_stemmer(self.stemmer)
        generator.set_stemming_strategy(self.xapian.TermGenerator.STEM_ALL)
        for name, text in documents:
            document = self.xapian.Document()
            document.set_data(name)
            generator.set_document(document)
            generator.index_text_without_positions(text)
            self.base.add_document(document)
        self.base.commit()

    def search(self, text):
        enquire = self.xapian.Enquire(self.base)
        query = self.xapian.Query(self.xapian.Query.OP_OR, [self.stemmer(word) for word in re.findall(r"\w+", text.lower())])
        enquire.set_query(query)
        return [match.document.get_data().decode() for match in enquire.get_mset(0, TOP)]


def measure(peer, folder, documents, queries):
    start = time.perf_counter()
    peer.store(records(documents))
    stored = time.perf_counter() - start
    waited, worked, found = [], [], {}
    for name, text in queries:
        wall, cpu = time.perf_counter(), time.thread_time()
        found[name] = peer.search(text)
        waited.append((time.perf_counter() - wall) * 1000)
        worked.append((time.thread_time() - cpu) * 1000)
    return {"program": peer.name, "store_s": stored, "wall_ms": waited, "cpu_ms": worked, "found": found}


def main():
    documents, queries, folder = (pathlib.Path(argument) for argument in sys.argv[1:])
    queries = list(records(queries))
    for make in (Sqlite, Xapian):
        try:
            peer = make(folder)
        except ImportError:
            continue
        print(json.dumps(measure(peer, folder, documents, queries)), flush=True)


if __name__ == "__main__":
    main()
