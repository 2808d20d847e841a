// What a server of OpenAI's protocol says, as UpstreamEvents: a chunk of a streamed answer, a whole
// one, calls of functions in either, an error, a list of models. What is not there, or is something
// else, reads as nothing; so do fields that only one server knows, but for `reasoning_content`
// (DeepSeek, vLLM, SGLang) and `reasoning` (vLLM since 0.11), which hold the thought.
//
// Pure; any thread.
#pragma once

#include <vector>

#include <boost/json/value.hpp>

#include "fetcher/wire_upstream.h"

namespace seekd::fetcher {

// Of a chunk or of a whole answer. Errors: invalid_argument (neither of them, nor an error),
// too_large.
Result<UpstreamEvent> read_chat_chunk(const boost::json::value& value);

// The message of an error, in any of the forms in use; "" where it is none.
std::string error_of(const boost::json::value& value);

// An event of each model. Errors: invalid_argument (no list).
Result<std::vector<UpstreamEvent>> read_model_list(const boost::json::value& value);

}  // namespace seekd::fetcher
