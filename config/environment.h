// SEEKD_* in the environment as settings: SEEKD_CACHE_DIRECTORY is cache.directory.
//
// Pure over the array it is given; any thread while nobody changes that array.

#pragma once

#include <vector>

#include "config/value.h"
#include "policy/result.h"

namespace seekd::config {

// In the order of the array. `environment` is a null-terminated array as `environ`, or nullptr.
// Strings stand as they are, lists between commas. Errors: invalid_argument, naming the variable.
Result<std::vector<Field>> read_environment(const char* const* environment);

}  // namespace seekd::config
