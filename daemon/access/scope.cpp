#include "daemon/access/scope.h"

#include <algorithm>
#include <set>

namespace seekd::daemon {

bool Scope::has(std::string_view collection) const {
  return std::ranges::find(collections, collection) != collections.end();
}

std::vector<std::string> collections_of(std::span<const Passage> passages) {
  std::set<std::string, std::less<>> read;
  for (const Passage& passage : passages) read.emplace(policy::collection_of(passage.url));
  return {read.begin(), read.end()};
}

std::string prompt_salt(const Scope& scope, std::span<const Passage> passages,
                        std::string_view caller_salt) {
  std::set<std::string_view> read;
  for (const Passage& passage : passages) {
    const std::string_view collection = policy::collection_of(passage.url);
    if (std::ranges::find(scope.restricted, collection) != scope.restricted.end()) {
      read.insert(collection);
    }
  }
  std::string salt;
  for (const std::string_view collection : read) salt += std::string(collection) + ',';
  // No collection's name has the mark in it: what follows cannot be taken for one.
  return salt + ';' + std::string(caller_salt);
}

}  // namespace seekd::daemon
