// What is masked in outgoing queries, as the file writes it.
//
// Pure; any thread. Errors: invalid_argument, "WHERE: what is wrong"; the option table adds the
// remedy.

#pragma once

#include <string>
#include <vector>

#include "config/value.h"
#include "policy/private_data.h"
#include "policy/result.h"

namespace seekd::config {

Result<std::vector<policy::PrivateKind>> read_private_kinds(const Value& value);

// Words without control characters, none blank.
Result<std::vector<std::string>> read_private_words(const Value& value);

}  // namespace seekd::config
