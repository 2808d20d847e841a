// tokenizer.json and tokenizer_config.json of a Hugging Face folder.
//
// Pure functions; any thread. Errors name `source` and the field: corrupt, unsupported (model,
// normalizer or pre-tokenizer of a type that is not served, by its name). Nesting deeper than 32 is
// corrupt.

#pragma once

#include <string_view>

#include "model/text/tokenizer_data.h"
#include "policy/result.h"

namespace seekd::model {

Result<TokenizerData> parse_tokenizer_json(std::string_view json, std::string_view source);

// Adds the BOS and EOS tokens and the chat template.
Status parse_tokenizer_config(std::string_view json, std::string_view source, TokenizerData& data);

}  // namespace seekd::model
