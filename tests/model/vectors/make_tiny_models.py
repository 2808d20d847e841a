#!/usr/bin/env python3
"""Makes tiny random checkpoints and records what transformers computes for them, in float32.

usage: make_tiny_models.py [FOLDER]     default: the folder of this script

Each becomes FOLDER/NAME/ (config.json, model.safetensors, tokenizer.json, tokenizer_config.json,
generation_config.json) and FOLDER/NAME.json (prompt, logits at some positions, greedy tokens).
Needs torch 2.11, transformers 5, tokenizers. Same versions, same files.

The weights are much larger than a trained model's, so that attention is sharp, positions matter and
greedy text does not fall into a loop; a seed whose two best tokens ever come close is passed over.
"""
import json
import pathlib
import sys

import tokenizers
import torch
import transformers

# ChatML as SmolLM2 and Qwen2 have it, without a system message of its own.
CHAT_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + "
    "'<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>"]
VOCABULARY = 256 + len(SPECIAL)
SHAPE = dict(
    vocab_size=VOCABULARY, hidden_size=32, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
    max_position_embeddings=1024, bos_token_id=257, eos_token_id=258, pad_token_id=256,
)
PROMPT_TOKENS = 150
POSITIONS = [0, 1, 63, 64, 100, 149]
GREEDY = 96
MARGIN = 0.01


def llama():
    # A head wider than hidden / heads, and an untied output.
    return transformers.LlamaForCausalLM(transformers.LlamaConfig(
        **SHAPE, num_key_value_heads=2, head_dim=12, tie_word_embeddings=False,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0}, rms_norm_eps=1e-6))


def llama3_rope():
    # Frequencies in all three bands: kept, blended, divided.
    return transformers.LlamaForCausalLM(transformers.LlamaConfig(
        **SHAPE, num_key_value_heads=2, head_dim=16, tie_word_embeddings=True, rms_norm_eps=1e-5, rope_parameters={
            "rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 256}))


def qwen2():
    return transformers.Qwen2ForCausalLM(transformers.Qwen2Config(
        **SHAPE, num_key_value_heads=1, tie_word_embeddings=False, rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0}))


def randomise(model, generator, dtype):
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if "norm" in name:
            value = 1 + 0.2 * noise
        elif name.endswith("bias"):
            value = 0.5 * noise
        elif "embed" in name or "lm_head" in name:
            value = 0.5 * noise
        elif "q_proj" in name or "k_proj" in name:
            value = 0.4 * noise
        else:
            value = 0.25 * noise
        parameter.data = value.to(dtype).to(torch.float32)


@torch.inference_mode()
def record(model, generator):
    """The recorded numbers, or None when a greedy choice was close."""
    prompt = torch.randint(0, 256, (PROMPT_TOKENS,), generator=generator)
    logits = model(prompt[None]).logits[0]
    tokens, text = prompt.tolist(), []
    for _ in range(GREEDY):
        best = model(torch.tensor([tokens])).logits[0, -1].topk(2)
        if best.values[0] - best.values[1] < MARGIN:
            return None
        text.append(best.indices[0].item())
        tokens.append(text[-1])
    if len(set(text)) < 20:
        return None
    rows = [{"position": p, "logits": [round(x, 6) for x in logits[p].tolist()]} for p in POSITIONS]
    return {"prompt": prompt.tolist(), "rows": rows, "greedy": text}


def save_tokenizer(folder):
    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    model = tokenizers.models.BPE({c: i for i, c in enumerate(alphabet)}, merges=[])
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "bos_token": "<|im_start|>", "eos_token": "<|im_end|>", "chat_template": CHAT_TEMPLATE,
        "tokenizer_class": "PreTrainedTokenizerFast",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=1) + "\n")


def make(folder, name, build, dtype):
    for seed in range(1000):
        generator = torch.Generator().manual_seed(seed)
        model = build().eval()
        randomise(model, generator, dtype)
        recorded = record(model, generator)
        if recorded:
            break
    model.to(dtype).save_pretrained(folder / name)
    save_tokenizer(folder / name)
    recorded = {"seed": seed, **recorded}
    (folder / f"{name}.json").write_text(json.dumps(recorded).replace('{"position"', '\n{"position"') + "\n")
    print(name, "seed", seed, "different tokens", len(set(recorded["greedy"])))


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
    torch.set_num_threads(2)
    make(folder, "tiny_llama", llama, torch.float16)
    make(folder, "tiny_llama3_rope", llama3_rope, torch.float16)
    make(folder, "tiny_qwen2", qwen2, torch.bfloat16)


main()
