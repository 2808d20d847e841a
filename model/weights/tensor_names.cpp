#include "model/weights/tensor_names.h"

#include <algorithm>
#include <utility>

namespace seekd::model {
namespace {

using Rename = std::pair<std::string_view, std::string_view>;

constexpr Rename kModel[] = {
    {"token_embd", "model.embed_tokens"}, {"output_norm", "model.norm"}, {"output", "lm_head"}};

constexpr Rename kLayer[] = {
    {"attn_norm", "input_layernorm"},    {"attn_q", "self_attn.q_proj"},
    {"attn_k", "self_attn.k_proj"},      {"attn_v", "self_attn.v_proj"},
    {"attn_output", "self_attn.o_proj"}, {"ffn_norm", "post_attention_layernorm"},
    {"ffn_gate", "mlp.gate_proj"},       {"ffn_up", "mlp.up_proj"},
    {"ffn_down", "mlp.down_proj"}};

template <std::size_t N>
std::optional<std::string_view> look_up(const Rename (&table)[N], std::string_view stem) {
  const auto* entry = std::ranges::find(table, stem, &Rename::first);
  if (entry == std::end(table)) return std::nullopt;
  return entry->second;
}

}  // namespace

std::optional<std::string> hf_tensor_name(std::string_view gguf_name) {
  const std::size_t dot = gguf_name.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view kind = gguf_name.substr(dot);
  if (kind != ".weight" && kind != ".bias") return std::nullopt;
  std::string_view stem = gguf_name.substr(0, dot);
  std::string name;
  std::optional<std::string_view> renamed;
  if (stem.starts_with("blk.")) {
    stem.remove_prefix(4);
    const std::size_t digits = stem.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos || stem[digits] != '.') return std::nullopt;
    name.append("model.layers.").append(stem.substr(0, digits + 1));
    renamed = look_up(kLayer, stem.substr(digits + 1));
  } else {
    renamed = look_up(kModel, stem);
  }
  if (!renamed) return std::nullopt;
  return name.append(*renamed).append(kind);
}

}  // namespace seekd::model
