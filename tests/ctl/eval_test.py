"""seekctl eval retrieval: the run it prints, in the languages it is asked in, and the quality on SciFact.

usage: eval_test.py SEEKCTL

SciFact whole is embedded in minutes: SEEKD_TEST_WHOLE_SCIFACT=1 asks for it. Else a part stands for it.
"""

import collections
import gzip
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SEEKCTL = pathlib.Path(sys.argv.pop(1)).resolve()
SCIFACT = pathlib.Path("../shared/data/retrieval/scifact")
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
EMBEDDER = CACHE / "seekd/models/all-MiniLM-L6-v2"
WHOLE = os.environ.get("SEEKD_TEST_WHOLE_SCIFACT") == "1"
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("SEEKD_")}

# Two languages without spaces between words; each query is answered by the document of its number.
CHINESE = [
    ("长城", "长城是中国古代的军事防御工程，东起山海关，西至嘉峪关。明朝修筑的部分保存得最完整。"),
    ("故宫", "故宫位于北京，旧称紫禁城，是明清两代的皇家宫殿，始建于一四〇六年。"),
    ("青霉素", "青霉素是英国细菌学家弗莱明于1928年发现的抗生素，能杀死多种细菌。"),
    ("高铁", "京沪高速铁路连接北京与上海，全长1318公里，于2011年6月30日开通运营。"),
    ("熊猫", "大熊猫以竹子为主食，主要栖息在四川、陕西和甘肃的山区。"),
]
CHINESE_QUERIES = ["长城西边到哪里？", "紫禁城什么时候开始修建", "谁发现了青霉素", "京沪高铁有多长", "大熊貓吃什么竹子"]
JAPANESE = [
    ("富士山", "富士山は静岡県と山梨県にまたがる活火山で、標高は3776メートルである。"),
    ("新幹線", "東海道新幹線は1964年10月1日に東京と新大阪の間で開業した。"),
    ("源氏物語", "源氏物語は平安時代中期に紫式部が書いた長編小説である。"),
    ("コンピュータ", "スーパーコンピュータ富岳は理化学研究所と富士通が共同で開発した。"),
    ("東京タワー", "東京タワーは高さ333メートルの電波塔で、1958年に完成した。"),
]
JAPANESE_QUERIES = ["富士山の標高は何メートルですか", "東海道新幹線はいつ開業しましたか", "紫式部が書いた小説", "スパコン富岳を開発したのは", "東京タワーの高さ"]


def evaluate(corpus, queries, mode, *more):
    return subprocess.run([SEEKCTL, "eval", "retrieval", "--corpus", corpus, "--queries", queries, "--mode", mode, *more],
                          capture_output=True, text=True, timeout=1500, env=ENVIRONMENT)


def write_lines(path, records):
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def first_documents(output):
    first = {}
    for line in output.splitlines():
        query, _, document, rank, _, _ = line.split(" ")
        if rank == "1":
            first[query] = document
    return first


def ndcg_at_10(output, judgements):
    run = collections.defaultdict(list)
    for line in output.splitlines():
        query, _, document, *_ = line.split(" ")
        run[query].append(document)
    total = 0
    for query, grades in judgements.items():
        gain = sum(grades.get(document, 0) / math.log2(rank + 2) for rank, document in enumerate(run[query][:10]))
        ideal = sorted(grades.values(), reverse=True)[:10]
        total += gain / sum(grade / math.log2(rank + 2) for rank, grade in enumerate(ideal))
    return total / len(judgements)


class Collections(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def collection(self, documents, queries):
        corpus, asked = self.folder / "corpus.jsonl.gz", self.folder / "queries.jsonl"
        write_lines(corpus, [{"_id": f"d{i}", "title": title, "text": text} for i, (title, text) in enumerate(documents)])
        write_lines(asked, [{"_id": f"q{i}", "text": text} for i, text in enumerate(queries)])
        return corpus, asked

    def test_the_run_is_trecs_and_holds_the_documents_asked_for(self):
        documents = [(f"Title {i}", f"a bird of kind {i}\n\nand more of a bird") for i in range(30)]
        corpus, queries = self.collection(documents, ["bird", "nothing"])
        done = evaluate(corpus, queries, "lexical", "--top", "7")
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [line.split(" ") for line in done.stdout.splitlines()]
        self.assertEqual([len(line) for line in lines], [6] * 7)
        self.assertEqual([line[3] for line in lines], [str(rank) for rank in range(1, 8)])
        self.assertEqual({(line[0], line[1], line[5]) for line in lines}, {("q0", "Q0", "seekd-lexical")})
        self.assertEqual(len({line[2] for line in lines}), 7)
        scores = [float(line[4]) for line in lines]
        self.assertEqual(scores, sorted(scores, reverse=True))

    def test_chinese_and_japanese_are_found_by_their_words(self):
        for documents, queries in ((CHINESE, CHINESE_QUERIES), (JAPANESE, JAPANESE_QUERIES)):
            corpus, asked = self.folder / "corpus.jsonl", self.folder / "queries.jsonl"
            write_lines(corpus, [{"_id": str(i), "title": title, "text": text} for i, (title, text) in enumerate(documents)])
            write_lines(asked, [{"_id": str(i), "text": text} for i, text in enumerate(queries)])
            done = evaluate(corpus, asked, "lexical")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(first_documents(done.stdout), {str(i): str(i) for i in range(len(queries))})

    def test_an_english_embedder_leaves_chinese_and_japanese_to_the_words(self):
        if not EMBEDDER.exists():
            self.skipTest(f"no {EMBEDDER}")
        for documents, queries in ((CHINESE, CHINESE_QUERIES), (JAPANESE, JAPANESE_QUERIES)):
            corpus, asked = self.folder / "corpus.jsonl", self.folder / "queries.jsonl"
            write_lines(corpus, [{"_id": str(i), "title": title, "text": text} for i, (title, text) in enumerate(documents)])
            write_lines(asked, [{"_id": str(i), "text": text} for i, text in enumerate(queries)])
            lexical, hybrid = (evaluate(corpus, asked, mode) for mode in ("lexical", "hybrid"))
            self.assertTrue(lexical.stdout)
            self.assertEqual(lexical.stdout.replace("seekd-lexical", "seekd-hybrid"), hybrid.stdout)
            self.assertNotIn("embedded", hybrid.stderr)

    def test_a_reranker_gives_the_best_other_scores_and_one_that_is_none_is_named(self):
        corpus, queries = self.collection([("", "the cat sat on the mat"), ("", "the cat"), ("", "cats on the mat")], ["the cat"])
        plain = evaluate(corpus, queries, "lexical")
        judged = evaluate(corpus, queries, "lexical", "--reranker", "tests/model/vectors/tiny_rerankers/bert", "--candidates", "2")
        self.assertEqual(judged.returncode, 0, judged.stderr)
        scores = [float(line.split(" ")[4]) for line in judged.stdout.splitlines()]
        self.assertEqual(scores, sorted(scores, reverse=True))
        self.assertNotEqual(scores, [float(line.split(" ")[4]) for line in plain.stdout.splitlines()])
        self.assertEqual({line.split(" ")[2] for line in judged.stdout.splitlines()}, {line.split(" ")[2] for line in plain.stdout.splitlines()})
        missing = evaluate(corpus, queries, "lexical", "--reranker", "/nowhere")
        self.assertEqual(missing.returncode, 1)
        self.assertIn("/nowhere", missing.stderr)

    def test_what_cannot_be_read_is_named_with_its_line(self):
        corpus, queries = self.collection([("t", "x")], ["x"])
        missing = evaluate(self.folder / "absent", queries, "lexical")
        self.assertEqual(missing.returncode, 1)
        self.assertIn("absent", missing.stderr)
        for line in ("no json", "[]", '{"_id": 1, "text": "x"}', '{"_id": "a"}', '{"_id": "", "text": "x"}', '{"_id": "a b", "text": "x"}'):
            broken = self.folder / "broken.jsonl"
            broken.write_text('{"_id": "a", "text": "x"}\n\n' + line + "\n")
            done = evaluate(broken, queries, "lexical")
            self.assertEqual(done.returncode, 1, line)
            self.assertIn("broken.jsonl:3: ", done.stderr)
        self.assertEqual(evaluate(corpus, queries, "nonsense").returncode, 2)
        self.assertEqual(evaluate(corpus, queries, "lexical", "--top", "0").returncode, 2)


@unittest.skipUnless(SCIFACT.exists() and EMBEDDER.exists(), "no SciFact, or no embedder")
class SciFact(unittest.TestCase):
    def test_meaning_and_words_together_find_more_than_words(self):
        judgements = collections.defaultdict(dict)
        for line in (SCIFACT / "qrels.tsv").read_text().splitlines()[1:]:
            query, document, grade = line.split()
            judgements[query][document] = int(grade)
        queries = [json.loads(line) for line in (SCIFACT / "queries.jsonl").read_text().splitlines()]
        queries = [query for query in queries if query["_id"] in judgements]
        documents = gzip.decompress((SCIFACT / "corpus.jsonl.gz").read_bytes()).decode()
        corpus = [json.loads(line) for line in documents.splitlines()]
        if not WHOLE:
            queries = queries[:60]
            judgements = {query["_id"]: judgements[query["_id"]] for query in queries}
            judged = {document for grades in judgements.values() for document in grades}
            corpus = [document for i, document in enumerate(corpus) if document["_id"] in judged or i < 400]
        with tempfile.TemporaryDirectory() as name:
            files = pathlib.Path(name) / "corpus.jsonl", pathlib.Path(name) / "queries.jsonl"
            write_lines(files[0], corpus)
            write_lines(files[1], queries)
            found = {}
            for mode in ("lexical", "hybrid"):
                done = evaluate(*files, mode)
                self.assertEqual(done.returncode, 0, done.stderr)
                found[mode] = ndcg_at_10(done.stdout, judgements)
        print(f"scifact, {len(corpus)} documents, {len(queries)} queries, nDCG@10: {found}")
        if WHOLE:
            self.assertGreaterEqual(found["lexical"], 0.67)
            self.assertGreaterEqual(found["hybrid"], 0.72)
        self.assertGreater(found["hybrid"], found["lexical"] + 0.02)


if __name__ == "__main__":
    unittest.main()
