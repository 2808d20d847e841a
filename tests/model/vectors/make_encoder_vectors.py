#!/usr/bin/env python3
"""Records what tokenizers and transformers make of texts, in float32: tiny_xlmr/, tiny_xlmr.json, tiny_rerankers/ and tiny_rerankers.json.

usage: make_encoder_vectors.py [FOLDER]     default: the folder of this script

tiny_xlmr is a random XLM-RoBERTa, pooled by its first token, whose Unigram vocabulary and charsmap sentencepiece learns from the sentences
below; tiny_rerankers/bert and tiny_rerankers/xlmr are cross-encoders of one label, with that tokenizer and with tiny_bert's. Needs torch
2.11, transformers 5, tokenizers, sentencepiece 0.2. Same versions, same files.
"""
import io
import json
import pathlib
import shutil
import sys
import tempfile

import sentencepiece
import tokenizers
import torch
import transformers
from sentencepiece import sentencepiece_model_pb2

from hostile_unicode import hostile
from make_embedder_vectors import HAND_MADE, vectors_of, tokenizer_of

SENTENCES = [
    "The package manager resolves the dependencies of packages and installs them.", "Which release of Debian is the stable one?",
    "包管理器会解析软件包的依赖关系并安装它们。", "哪个版本的操作系统是稳定的？", "天气预报说明天有雨。", "パッケージ管理システムは依存関係を解決します。",
    "東京の天気は晴れです。", "Пакетный менеджер разрешает зависимости.", "Der Paketverwalter löst Abhängigkeiten auf.", "Où se trouve la bibliothèque ?",
    "패키지 관리자는 종속성을 해결합니다.", "In 2026 the 1st of 12 versions cost 3.50 €, or 4 $.",
]
PAIRS = [
    ("which release is stable", "The stable release of Debian is the one that is recommended."), ("the cat", "sat on the mat"), ("天气预报", "天气预报说明天有雨。"),
    ("a", ""), ("", "the mat"), ("the cat sat " * 40, "on the mat"), ("the cat", "sat on the mat " * 40), ("the cat sat " * 40, "on the mat " * 40),
]
# A few of the rules of SentencePiece's nmt_nfkc: what goes, what becomes a space, and what is put together.
RULES = {
    **{chr(c): " " for c in (9, 10, 12, 13, 0x85, 0xa0, 0x1680, 0x2003, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0x200b, 0xfeff)},
    **{chr(c): "" for c in (*range(1, 9), 0xb, *range(0xe, 0x20), 0x7f, 0xad)},
    **{chr(0xff01 + i): chr(0x21 + i) for i in range(94)},
    "\ufb01": "fi", "\ufb02": "fl", "\u00bd": "1\u20442", "\u2167": "VIII", "\u2460": "1", "\u2026": "...", "\u338f": "kg",
    "\uff76": "\u30ab", "\uff76\uff9e": "\u30ac", "\u304b\u3099": "\u304c", "\u1100\u1161": "\uac00", "\u1100\u1161\u11a8": "\uac01",
    "e\u0301": "\u00e9", "a\u0300": "\u00e0", "a\u0301": "\u00e1", "A\u030a": "\u00c5", "\u212b": "\u00c5",
}


def learn(folder):
    rules = folder / "rules.tsv"
    rules.write_text("".join("\t".join(" ".join(f"{ord(c):x}" for c in side) for side in rule) + "\n" for rule in RULES.items()))
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES * 20), model_writer=model, vocab_size=420, model_type="unigram", character_coverage=1.0,
        normalization_rule_tsv=str(rules), num_threads=1, hard_vocab_limit=False, minloglevel=2)
    return sentencepiece_model_pb2.ModelProto.FromString(model.getvalue())


def save_tokenizer(folder, learned):
    """As transformers converts XLM-RoBERTa's."""
    vocabulary = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    vocabulary += [(piece.piece, piece.score) for piece in learned.pieces[3:]] + [("<mask>", 0.0)]
    tokenizer = tokenizers.Tokenizer(tokenizers.models.Unigram(vocabulary, unk_id=3))
    normalizers = tokenizers.normalizers
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Precompiled(learned.normalizer_spec.precompiled_charsmap), normalizers.Strip(left=False, right=True),
        normalizers.Replace(tokenizers.Regex(" {2,}"), "▁")])
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    tokenizer.save(str(folder / "tokenizer.json"))
    return len(vocabulary)


def randomise(model):
    generator = torch.Generator().manual_seed(7)
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        parameter.data = 1 + 0.2 * noise if "LayerNorm.weight" in name else 0.4 * noise
    return model.eval()


def xlmr_config(vocabulary, **more):
    return transformers.XLMRobertaConfig(
        vocab_size=vocabulary, hidden_size=32, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=66,
        type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2, layer_norm_eps=1e-5, **more)


def make_xlmr(folder, learned):
    target = folder / "tiny_xlmr"
    (target / "1_Pooling").mkdir(parents=True, exist_ok=True)
    vocabulary = save_tokenizer(target, learned)
    model = randomise(transformers.XLMRobertaModel(xlmr_config(vocabulary), add_pooling_layer=False))
    model.save_pretrained(target)
    (target / "1_Pooling/config.json").write_text('{"word_embedding_dimension": 32, "pooling_mode_cls_token": true}\n')
    (target / "modules.json").write_text(json.dumps([
        {"idx": i, "name": str(i), "path": path, "type": "sentence_transformers.models." + kind}
        for i, (path, kind) in enumerate([("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")])]) + "\n")
    tokenizer = tokenizer_of(target)
    texts = [text for text in HAND_MADE + SENTENCES + list(hostile(400, "\u00e9\u0301\u00e7\u1100\u1161\u11a8\uff76\uff9e\u2460\ufb01\u304b\u3099")) if "<" not in text]
    recorded = {"texts": texts, "ids": [tokenizer.encode(text).ids for text in texts], "embedded": SENTENCES + ["", "版本 " * 100],
                "first_token": vectors_of(model, tokenizer, SENTENCES + ["", "版本 " * 100], 64, "first_token")}
    (folder / "tiny_xlmr.json").write_text(json.dumps(recorded, ensure_ascii=False).replace("], [", "],\n["))


@torch.inference_mode()
def scores_of(model, tokenizer, types, tokens_max):
    tokenizer.enable_truncation(tokens_max, strategy="longest_first")
    scores, ids = [], []
    for first, second in PAIRS:
        encoded = tokenizer.encode(first, second)
        more = {"token_type_ids": torch.tensor([encoded.type_ids])} if types else {}
        scores.append(round(model(torch.tensor([encoded.ids]), **more).logits[0, 0].item(), 6))
        ids.append(encoded.ids)
    return {"ids": ids, "scores": scores}


def make_rerankers(folder, learned):
    recorded = {"pairs": PAIRS}
    bert, xlmr = folder / "tiny_rerankers/bert", folder / "tiny_rerankers/xlmr"
    for target in (bert, xlmr):
        target.mkdir(parents=True, exist_ok=True)
    shutil.copy(folder / "tiny_bert/tokenizer.json", bert / "tokenizer.json")
    config = transformers.BertConfig(
        vocab_size=24, hidden_size=32, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=64, num_labels=1)
    model = randomise(transformers.BertForSequenceClassification(config))
    model.save_pretrained(bert)
    tokenizer = tokenizer_of(bert)
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    recorded["bert"] = scores_of(model, tokenizer, True, 64)
    vocabulary = save_tokenizer(xlmr, learned)
    model = randomise(transformers.XLMRobertaForSequenceClassification(xlmr_config(vocabulary, num_labels=1)))
    model.save_pretrained(xlmr)
    recorded["xlmr"] = scores_of(model, tokenizer_of(xlmr), False, 64)
    (folder / "tiny_rerankers.json").write_text(json.dumps(recorded, ensure_ascii=False).replace("], [", "],\n["))


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as scratch:
        learned = learn(pathlib.Path(scratch))
    make_xlmr(folder, learned)
    make_rerankers(folder, learned)


main()
