#!/usr/bin/env python3
"""xgrammar's masks on the cases of `seekd-bench masks`, on one thread.

usage: mask_peer.py TOKENIZER.json CASES.json
needs: pip install xgrammar tokenizers torch
CASES.json: [{"name", "schema", "text"}], as `seekd-bench masks --cases` prints them.
"""

import json
import sys
import time

import torch
import xgrammar
from tokenizers import Tokenizer

tokenizer = Tokenizer.from_file(sys.argv[1])
size = tokenizer.get_vocab_size()
words = [tokenizer.id_to_token(token) or "" for token in range(size)]
info = xgrammar.TokenizerInfo(words, vocab_type=xgrammar.VocabType.BYTE_LEVEL, vocab_size=size, stop_token_ids=[1])
for case in json.load(open(sys.argv[2])):
    compiler = xgrammar.GrammarCompiler(info, max_threads=1)
    began = time.thread_time()
    compiled = compiler.compile_json_schema(json.dumps(case["schema"]), any_whitespace=False, separators=(", ", ": "))
    print(f"{case['name']}: compiled in {1e6 * (time.thread_time() - began):.0f} us")
    tokens = tokenizer.encode(case["text"], add_special_tokens=False).ids
    mask = xgrammar.allocate_token_bitmask(1, size)
    for when in ("first text", "next text"):
        matcher = xgrammar.GrammarMatcher(compiled)
        times = []
        for token in tokens:
            began = time.thread_time()
            matcher.fill_next_token_bitmask(mask)
            times.append(1e6 * (time.thread_time() - began))
            if not matcher.accept_token(token):
                sys.exit(f"{case['name']}: a token of the text is refused")
        times.sort()
        print(f"  {when}, {len(tokens)} tokens: p50 {times[len(times) // 2]:.1f} us, p99 {times[len(times) * 99 // 100]:.1f} us")
