// The messages of a chat request: roles, text, calls of functions and what these gave back. What an
// assistant's message carries of our own replies beside is passed over.
//
// Pure; any thread.

#pragma once

#include <vector>

#include "daemon/api/fields.h"
#include "model/model.h"

namespace seekd::daemon {

// Reads "messages" of `fields`; records an error there when they are not a conversation whose last
// message is the user's, or the result of a call.
std::vector<model::Message> read_messages(Fields& fields);

}  // namespace seekd::daemon
