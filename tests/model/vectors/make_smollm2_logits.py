#!/usr/bin/env python3
"""Records what transformers computes for SmolLM2-135M-Instruct from the same GGUF file, in float32.

usage: make_smollm2_logits.py MODEL.gguf > smollm2_logits.json

Needs torch 2.11, transformers 5, accelerate, gguf. The weights are dequantised by the `gguf` package, so the
numbers differ from ours by the order of float32 sums alone.
"""
import json
import pathlib
import sys

import torch
import transformers

PROMPT = (
    "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
    "<|im_start|>user\nA page says: The Debian project released version 12.9 on 11 January 2025. It fixes "
    "security problems and adjusts serious ones, among them errors in the installer. The point release does "
    "not make a new version of Debian 12; it only updates some of the packages that it contains. Those who "
    "update often from security.debian.org will not have to update many of them. New installation images "
    "will be available soon at the usual places. An upgrade of an installation reaches this state when the "
    "package manager is pointed at one of the many mirrors. A list of mirrors stands on the project's pages. "
    "Packages that were rebuilt for several architectures are not counted twice. The kernel went to 6.1.123, "
    "and the proprietary parts of graphics drivers were brought up to their newest stable branch. "
    "Which version was released, and when?<|im_end|>\n<|im_start|>assistant\n"
)
POSITIONS = [0, 1, 7, 40, 100]  # and the last
TOP = 24
GREEDY = 64


def main():
    path = pathlib.Path(sys.argv[1])
    torch.set_num_threads(2)
    arguments = {"gguf_file": path.name}
    tokenizer = transformers.AutoTokenizer.from_pretrained(path.parent, **arguments)
    model = transformers.AutoModelForCausalLM.from_pretrained(
        path.parent, dtype=torch.float32, attn_implementation="eager", **arguments
    ).eval()
    ids = tokenizer(PROMPT, add_special_tokens=False).input_ids
    with torch.inference_mode():
        logits = model(torch.tensor([ids])).logits[0]
        text = model.generate(
            torch.tensor([ids]), do_sample=False, max_new_tokens=GREEDY, min_new_tokens=GREEDY,
            repetition_penalty=1.0,
        )[0, len(ids):]
    rows = []
    for position in POSITIONS + [len(ids) - 1]:
        values, tokens = logits[position].topk(TOP)
        rows.append({
            "position": position,
            "tokens": tokens.tolist(),
            "logits": [round(value, 5) for value in values.tolist()],
            "mean": round(logits[position].double().mean().item(), 6),
        })
    json.dump({"prompt": ids, "rows": rows, "greedy": text.tolist()}, sys.stdout)
    print()
    print(tokenizer.decode(text), file=sys.stderr)


main()
