// Answers that call tools, as grammars.
//
// Where calls are required the text is calls; else it is free until a call has begun, and from
// there on a call of a known tool whose arguments keep to the tool's schema. A schema that cannot
// be honoured (json_schema.h) counts as that of any object: a model has been told of it in any
// case, and the caller reads the arguments. Pure; any thread.

#pragma once

#include <span>

#include "model/model.h"
#include "model/shape/grammar.h"
#include "model/text/call_words.h"
#include "policy/result.h"

namespace seekd::model {

// REQUIRES: the syntax's form is not none, and tools is not empty; use.only is empty or names one
// of them. Errors: too_large (names of tools beyond what a grammar holds).
Result<Grammar> compile_tool_calls(std::span<const Tool> tools, const ToolUse& use,
                                   const CallSyntax& syntax);

}  // namespace seekd::model
