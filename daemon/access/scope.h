// Scope: the collections that a search or a question may use.
//
// Plain value; any thread.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/collection.h"
#include "policy/passages.h"

namespace seekd::daemon {

struct Scope {
  std::vector<std::string> collections = {std::string(policy::web_collection)};
  std::vector<std::string> restricted = {};  // of these, those that not everyone may read

  bool has(std::string_view collection) const;
  bool holds(std::string_view address) const { return has(policy::collection_of(address)); }

  bool operator==(const Scope&) const = default;
};

// That these passages are of, each once.
std::vector<std::string> collections_of(std::span<const Passage> passages);

// The salt of a prompt over these passages: what was computed of it is shared with prompts of the
// same caller's salt over the same restricted collections alone, so that nobody learns from the
// time of an answer what others have read there. No salt that a caller can write is of another set.
std::string prompt_salt(const Scope& scope, std::span<const Passage> passages,
                        std::string_view caller_salt);

}  // namespace seekd::daemon
