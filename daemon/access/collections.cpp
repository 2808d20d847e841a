#include "daemon/access/collections.h"

#include <algorithm>
#include <utility>

#include "policy/collection.h"

namespace seekd::daemon {
namespace {

using policy::Subject;

config::CollectionConfig open_web() {
  return {
      .name = std::string(policy::web_collection), .readers = {Subject{}}, .writers = {Subject{}}};
}

// What a caller's own table leaves him of all collections.
bool in_partition(const Caller& caller, std::string_view collection) {
  const auto& own = caller.terms->collections;
  return own.empty() || std::ranges::find(own, collection) != own.end();
}

}  // namespace

Result<Collections> Collections::create(std::span<const config::CollectionConfig> configured,
                                        uid_t owner) {
  std::vector<config::CollectionConfig> all(configured.begin(), configured.end());
  const auto web = std::ranges::find(all, policy::web_collection, &config::CollectionConfig::name);
  if (web == all.end()) all.insert(all.begin(), open_web());
  Collections collections(owner);
  for (const config::CollectionConfig& one : all) {
    const std::string where = "collection \"" + one.name + '"';
    auto readers = Circle::resolve(one.readers, where);
    if (!readers) return std::unexpected(std::move(readers.error()));
    auto writers = Circle::resolve(one.writers, where);
    if (!writers) return std::unexpected(std::move(writers.error()));
    collections.collections_.push_back({one.name, std::move(*readers), std::move(*writers)});
  }
  return collections;
}

const Collections::Collection* Collections::find(std::string_view name) const {
  const auto found = std::ranges::find(collections_, name, &Collection::name);
  return found == collections_.end() ? nullptr : &*found;
}

bool Collections::readable_by(const Caller& caller, const Collection& collection) {
  return collection.readers.has(caller) && in_partition(caller, collection.name);
}

bool Collections::may_read(const Caller& caller, std::string_view collection) const {
  const Collection* const found = find(collection);
  return found != nullptr && readable_by(caller, *found);
}

bool Collections::may_write(const Caller& caller, std::string_view collection) const {
  const Collection* const found = find(collection);
  if (found == nullptr || !in_partition(caller, collection)) return false;
  const auto& uid = caller.account.uid;
  return found->writers.has(caller) || (uid && (*uid == 0 || *uid == owner_));
}

Scope Collections::readable(const Caller& caller) const {
  Scope scope{.collections = {}, .restricted = {}};
  for (const Collection& collection : collections_) {
    if (!readable_by(caller, collection)) continue;
    scope.collections.push_back(collection.name);
    if (!collection.readers.has_everyone()) scope.restricted.push_back(collection.name);
  }
  return scope;
}

}  // namespace seekd::daemon
