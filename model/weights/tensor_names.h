// The Hugging Face name of a GGUF tensor. A pure function; any thread.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace seekd::model {

// "blk.3.attn_q.weight" → "model.layers.3.self_attn.q_proj.weight"; nothing for a tensor of no
// family that is served.
std::optional<std::string> hf_tensor_name(std::string_view gguf_name);

}  // namespace seekd::model
