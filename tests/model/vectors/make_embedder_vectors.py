#!/usr/bin/env python3
"""Records what tokenizers and transformers make of texts, in float32: tiny_bert/, tiny_bert.json, minilm.json.

usage: make_embedder_vectors.py MINILM_FOLDER [FOLDER]     default: the folder of this script

tiny_bert is a random BERT of a small WordPiece vocabulary, its weights large enough that positions and attention
matter. MINILM_FOLDER is all-MiniLM-L6-v2 as scripts/setup lays it out. Vectors are pooled and normalised as
sentence-transformers do it. Needs torch 2.11, transformers 5, tokenizers. Same versions, same files.
"""
import json
import pathlib
import sys

import tokenizers
import torch
import transformers

from hostile_unicode import hostile

HAND_MADE = [
    "", " ", "  ", "\n", "a", "Hello, World!", "\t\tx\r\n", "a\u0301", "\u00e1", "A\u030a\u212b", "\ufb01\ufb02", "I\u0307i\u0131İ", "ΑΣ ΣΑΣ",
    "it's IT'S it\u2019s", "\u200b\u200c\u200d\ufeffx", "\u180e \u0085\u2028\u2029\u3000y", "1234567890", "\u0661\u0662\u0663",
    "\u00bd\u2167\u3007", "３．１４", "x\u00a0y", "中文English混合", "こんにちは、世界。", "한국어 문장", "สวัสดีชาวโลก", "नमस्ते", "שָׁלוֹם", "Привет, мир",
    "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪", "\U0001d518\U0001d52b", "\U000e0041", "\U0010ffff\ufffe", "\U00020000\U0002b820\U0002ceb0", "a" * 100, "a" * 101, "é" * 101,
    " " * 100 + "x", "-" * 70, "https://example.org/a?b=c#d", "for (int i = 0; i < n; ++i) { x[i] += 0.5f; }", "\x01\x02\x7f",
    "e" + "\u0301" * 30, "\u1100\u1161\u11a8", "Ǆ ǆ ǅ ß ẞ ŉ", "[CLS", "CLS]", "unaffable", "kyphoscoliosis", "€5 $6 ^`~+=|<>",
    "\u00a1\u00a7\u00b6\u00b7\u00bf\u037e", "\ufffd\u0000z", "naïve café RÉSUMÉ", "word " * 300,
]
EMBEDDED = [
    "", "Debian", "What is APT the abbreviation for?",
    "APT is the abbreviation of Advanced Packaging Tool. It resolves the dependencies of packages.",
    "The quick brown fox jumps over the lazy dog. " * 30, "naïve café, 12.5 €, 中文, kyphoscoliosis",
]
TINY_TEXTS = ["", "the cat", "The CAT sat, on the mat!", "cats unknown zebra", "the " * 60, "mat", "sat sat", "on the cat"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = ["the", "cat", "sat", "on", "mat", "un", "a", "b", "c", "t", "s", "##s", "##t", "##known", "##a", "##e", ",", "!", "."]


def tokenizer_of(folder):
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


@torch.inference_mode()
def vectors_of(model, tokenizer, texts, tokens_max, pooling):
    rows = []
    for text in texts:
        ids = tokenizer.encode(text).ids
        ids = ids[:tokens_max - 1] + ids[-1:] if len(ids) > tokens_max else ids
        states = model(torch.tensor([ids])).last_hidden_state[0]
        vector = states.mean(0) if pooling == "mean" else states[0]
        rows.append([round(x, 7) for x in torch.nn.functional.normalize(vector, dim=0).tolist()])
    return rows


def save_tiny_tokenizer(folder):
    vocabulary = {token: id for id, token in enumerate(SPECIAL + WORDS)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=20))
    tokenizer.normalizer = tokenizers.normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.save(str(folder / "tokenizer.json"))


def make_tiny(folder):
    config = transformers.BertConfig(
        vocab_size=len(SPECIAL + WORDS), hidden_size=32, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
        max_position_embeddings=64)
    model = transformers.BertModel(config, add_pooling_layer=False).eval()
    generator = torch.Generator().manual_seed(7)
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        parameter.data = 1 + 0.2 * noise if "LayerNorm.weight" in name else 0.4 * noise
    model.save_pretrained(folder / "tiny_bert")
    save_tiny_tokenizer(folder / "tiny_bert")
    (folder / "tiny_bert/sentence_bert_config.json").write_text('{"max_seq_length": 48}\n')
    tokenizer = tokenizer_of(folder / "tiny_bert")
    recorded = {"texts": TINY_TEXTS, **{pooling: vectors_of(model, tokenizer, TINY_TEXTS, 48, pooling)
                                        for pooling in ("mean", "first_token")}}
    (folder / "tiny_bert.json").write_text(json.dumps(recorded).replace("], [", "],\n["))


def record_minilm(source, folder):
    tokenizer = tokenizer_of(source)
    texts = HAND_MADE + list(hostile(400, "éÀçñİıßΣ"))
    model = transformers.BertModel.from_pretrained(source, dtype=torch.float32, attn_implementation="eager").eval()
    recorded = {"texts": texts, "ids": [tokenizer.encode(text).ids for text in texts], "embedded": EMBEDDED,
                "vectors": vectors_of(model, tokenizer, EMBEDDED, 256, "mean")}
    (folder / "minilm.json").write_text(json.dumps(recorded, ensure_ascii=False).replace("], [", "],\n["))


def main():
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else pathlib.Path(__file__).parent
    torch.set_num_threads(2)
    make_tiny(folder)
    record_minilm(pathlib.Path(sys.argv[1]), folder)


if __name__ == "__main__":
    main()
