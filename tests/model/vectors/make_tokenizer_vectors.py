#!/usr/bin/env python3
"""Records what `tokenizers` encodes: tokenizer_vectors.json.

usage: make_tokenizer_vectors.py TOKENIZERS_FOLDER SMOLLM2.gguf > tokenizer_vectors.json
needs: pip install tokenizers gguf
The texts are those of TOKENIZERS_FOLDER/*.inp and hostile Unicode. Special tokens are parsed, none is added. The GGUF
vocabulary of SmolLM2 is put into the pre-tokenizer that its tokenizer.json has.
"""

import json
import pathlib
import sys

import gguf
from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers

from hostile_unicode import hostile

HAND_MADE = [
    "", " ", "  ", "\n", "\r\n\r\n", "\t\tx", "a\u0301", "\u00e1", "A\u030a\u212b", "\ufb01\ufb02", "I\u0307i\u0131",
    "'S 'T 'RE 'LL 'D 'M 'VE", "it's IT'S it\u2019s '\u017f", "\u200b\u200c\u200d\ufeff", "\u180e \u0085\u2028\u2029\u3000",
    "1234567890", "\u0661\u0662\u0663", "\u00bd\u2167\u3007", "３．１４", "x\u00a0y", "中文English混合", "こんにちは、世界。",
    "한국어 문장", "สวัสดีชาวโลก", "नमस्ते", "שָׁלוֹם", "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪", "\U0001d518\U0001d52b", "\U000e0041", "\U0010ffff\ufffe",
    "<|im_end|>", "a<|im_start|>b", "<｜User｜>hi<｜Assistant｜>", "<｜end▁of▁sentence｜>", "<|im_end", "|im_end|>",
    "<｜place▁holder▁no▁1｜>", "foo<think>\nbar</think>", "a" * 300, " " * 100 + "x", "\n" * 50, "-" * 70, "https://example.org/a?b=c#d",
    "for (int i = 0; i < n; ++i) { x[i] += 0.5f; }", "\x01\x02\x7f", "e" + "\u0301" * 30, "\u1100\u1161\u11a8", "Ǆ ǆ ǅ ß ẞ ŉ",
]


def inp_texts(folder):
    text = (folder / "ggml-vocab-qwen2.gguf.inp").read_bytes().decode()
    return text.split("\n__ggml_vocab_test__\n")[:-1]


def smollm2(path):
    fields = gguf.GGUFReader(path).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"].contents()]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    types = fields["tokenizer.ggml.token_type"].contents()
    control = [token for token, kind in zip(tokens, types) if kind == 3]
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in control])
    return tokenizer


def main():
    folder = pathlib.Path(sys.argv[1])
    texts = inp_texts(folder) + HAND_MADE + list(hostile(160, "'’sSdDmMtTlL "))
    tokenizers = {"deepseek_v3": Tokenizer.from_file(str(folder / "deepseek_v3/tokenizer.json")),
                  "smollm2": smollm2(sys.argv[2])}
    ids = {name: [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
           for name, tokenizer in tokenizers.items()}
    print(json.dumps({"texts": texts, "ids": ids}, ensure_ascii=False).replace("], [", "],\n["))


main()
