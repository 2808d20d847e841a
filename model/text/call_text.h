// The texts of single calls: what begins like one, and what one says.
//
// Pure; any thread. Arguments are as they were written.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/model.h"
#include "model/text/call_words.h"

namespace seekd::model {

// JSON's.
bool is_call_space(char c);

enum class Likeness : std::uint8_t {
  none,       // it is another text
  beginning,  // with more text it may be
  whole,      // all that there is to see of a call's beginning
};

// Does the text begin like {"name": "…", of one of the names?
Likeness likeness_to_json_call(std::string_view text, std::span<const std::string> names);

// {"name": …, "arguments": {…}}, or "parameters". The call has no id yet. nullopt: it is none.
std::optional<ToolCall> read_json_call(std::string_view text);

// DeepSeek's: what stands between the marks of a call's begin and end.
std::optional<ToolCall> read_parted_call(std::string_view text, const CallSyntax& syntax);

}  // namespace seekd::model
