// The input of POST /v1/responses: a text, or the items of a conversation.
//
// Pure; any thread. Items of ours that a client sends back as they came (searches, thoughts) are
// passed over; others than messages are refused by name.

#pragma once

#include <vector>

#include "daemon/api/fields.h"
#include "model/model.h"

namespace seekd::daemon {

// Reads "input" and "instructions", which stand before it; records an error in `fields` when they
// are no conversation whose last message is the user's.
std::vector<model::Message> read_response_input(Fields& fields);

}  // namespace seekd::daemon
