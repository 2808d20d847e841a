// The field of a request that says what an answer's text is to be: `response_format` of OpenAI's
// chats, `text.format` of its responses.
//
// Pure; any thread.

#pragma once

#include <memory>

#include "daemon/api/fields.h"
#include "model/shape/grammar.h"

namespace seekd::daemon {

// nullptr: any text. What cannot be honoured is recorded in `fields`, by the schema's own place:
// "response_format.json_schema.schema.properties.age.multipleOf".
std::shared_ptr<const model::Grammar> read_response_format(Fields& fields);

// The same of "format" in `text`, which stands at "text"; a schema's fields are the format's own.
std::shared_ptr<const model::Grammar> read_text_format(Fields& text);

}  // namespace seekd::daemon
