// How a model's vocabulary writes calls of tools.
//
// Pure; any thread.

#pragma once

#include "model/text/call_words.h"
#include "model/text/tokenizer.h"

namespace seekd::model {

// The form's marks as tokens where the vocabulary has them, else as text.
CallSyntax call_syntax(ToolForm form, const Tokenizer& tokenizer);

}  // namespace seekd::model
