// The tables [[collection]]: the named parts of the memory, and who may read and write them.
//
// Pure; any thread. Errors: invalid_argument, "WHERE: what is wrong"; the option table adds the
// remedy.

#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "config/value.h"
#include "policy/access.h"
#include "policy/result.h"

namespace seekd::config {

Result<std::vector<CollectionConfig>> read_collections(const Value& value);
Result<std::string> read_collection_name(const Value& value);
Result<std::vector<policy::Subject>> read_subjects(const Value& value);

}  // namespace seekd::config
