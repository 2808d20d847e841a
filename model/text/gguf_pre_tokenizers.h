// The pre-tokenizers that GGUF files know by name (tokenizer.ggml.pre), as the tokenizer.json of
// those models has them.
//
// A pure function; any thread.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/text/bpe.h"
#include "model/text/normalizer.h"

namespace seekd::model {

struct PreTokenizerPreset {
  std::vector<std::string> patterns;
  std::vector<NormalizerStep> normalizer;
  WholeWords whole_words = WholeWords::by_merging;
};

// smollm, gpt-2, qwen2, deepseek-r1-qwen, llama-bpe, deepseek-llm, deepseek-v3; nothing for another
// name.
std::optional<PreTokenizerPreset> find_gguf_pre_tokenizer(std::string_view name);

}  // namespace seekd::model
