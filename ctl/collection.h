// A judged collection's documents and queries, as BEIR lays them out: a JSON object a line.
//
// Blocking; one thread. Errors name file and line: not_found, too_large, io, invalid_argument (no
// JSON object, a field that is missing or no string).
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "policy/result.h"

namespace seekd::ctl {

struct CollectionRecord {
  std::string id;     // "_id"
  std::string title;  // "" where there is none
  std::string text;
};

// Calls `visit` for each line of a file, gzipped or not, until it fails; empty lines are passed
// over.
Status for_each_record(const std::filesystem::path& file,
                       const std::function<Status(CollectionRecord)>& visit);

}  // namespace seekd::ctl
