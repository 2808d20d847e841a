// The steps before BPE as tokenizer.json describes them: "normalizer" and "pre_tokenizer".
//
// Pure functions; any thread. Errors: corrupt, unsupported (a type that is not served, by its
// name).

#pragma once

#include "model/text/json_reader.h"
#include "model/text/tokenizer_data.h"
#include "policy/result.h"

namespace seekd::model {

// Adds to data.normalizer. Sequences may nest.
Status read_normalizer(const JsonReader& reader, const boost::json::object& step,
                       TokenizerData& data);

// Adds to data.patterns.
Status read_pre_tokenizer(const JsonReader& reader, const boost::json::object& pre_tokenizer,
                          TokenizerData& data);

}  // namespace seekd::model
