// The tokenizer in a GGUF file's metadata (tokenizer.ggml.*, tokenizer.chat_template).
//
// A pure function; any thread. GGUF names a pre-tokenizer instead of holding its patterns; the
// served names are smollm, gpt-2, qwen2, deepseek-r1-qwen, llama-bpe, deepseek-llm and deepseek-v3.
// Errors name file and key: corrupt, unsupported.

#pragma once

#include "model/text/tokenizer_data.h"
#include "model/weights/gguf.h"
#include "policy/result.h"

namespace seekd::model {

Result<TokenizerData> read_gguf_tokenizer(const GgufFile& gguf);

}  // namespace seekd::model
