#include "daemon/access/collections.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <grp.h>
#include <pwd.h>

#include "policy/collection.h"
#include "policy/quoted.h"

namespace seekd::daemon {
namespace {

using policy::Subject;

constexpr std::size_t entry_bytes_max = 1 << 20;  // of a user or a group with all its members

// getpwnam_r() and getgrnam_r(): the entry of that name; nullopt when there is none.
template <class Entry, class LookUp>
Result<std::optional<Entry>> look_up(LookUp look, const std::string& name) {
  Entry entry{};
  Entry* found = nullptr;
  int error = ERANGE;
  std::vector<char> strings;
  for (std::size_t bytes = 4096; error == ERANGE && bytes <= entry_bytes_max; bytes *= 4) {
    strings.resize(bytes);
    error = look(name.c_str(), &entry, strings.data(), strings.size(), &found);
  }
  if (found != nullptr) return entry;
  // These say "no such name" too (getpwnam_r(3)).
  const bool absent = error == 0 || error == ENOENT || error == ESRCH;
  if (absent) return std::nullopt;
  return fail(ErrorCode::io,
              policy::quoted(name) + " cannot be looked up: " + std::strerror(error));
}

std::unexpected<Error> unknown(const Subject& subject, const std::string& collection) {
  const bool user = subject.kind == Subject::Kind::user;
  return fail(ErrorCode::not_found, "collection \"" + collection + "\": there is no " +
                                        (user ? "user " : "group ") + policy::quoted(subject.name) +
                                        "; write one that there is, or its number as \"" +
                                        (user ? "uid" : "gid") + ":N\"");
}

config::CollectionConfig open_web() {
  return {
      .name = std::string(policy::web_collection), .readers = {Subject{}}, .writers = {Subject{}}};
}

}  // namespace

bool Collections::Circle::has(const Peer& peer) const {
  if (everyone) return true;
  if (!peer.uid) return false;
  return std::ranges::find(users, *peer.uid) != users.end() ||
         std::ranges::find_first_of(groups, peer.groups) != groups.end();
}

Result<Collections::Circle> Collections::resolve(std::span<const Subject> subjects,
                                                 const std::string& collection) {
  Circle circle;
  for (const Subject& subject : subjects) {
    switch (subject.kind) {
      case Subject::Kind::everyone:
        circle.everyone = true;
        break;
      case Subject::Kind::uid:
        circle.users.push_back(subject.id);
        break;
      case Subject::Kind::gid:
        circle.groups.push_back(subject.id);
        break;
      case Subject::Kind::user: {
        const auto user = look_up<passwd>(getpwnam_r, subject.name);
        if (!user) return std::unexpected(user.error());
        if (!*user) return unknown(subject, collection);
        circle.users.push_back((*user)->pw_uid);
        break;
      }
      case Subject::Kind::group: {
        const auto entry = look_up<group>(getgrnam_r, subject.name);
        if (!entry) return std::unexpected(entry.error());
        if (!*entry) return unknown(subject, collection);
        circle.groups.push_back((*entry)->gr_gid);
        break;
      }
      case Subject::Kind::caller:
      case Subject::Kind::role:
        break;  // nobody is known by these yet
    }
  }
  return circle;
}

Result<Collections> Collections::create(std::span<const config::CollectionConfig> configured,
                                        uid_t owner) {
  std::vector<config::CollectionConfig> all(configured.begin(), configured.end());
  const auto web = std::ranges::find(all, policy::web_collection, &config::CollectionConfig::name);
  if (web == all.end()) all.insert(all.begin(), open_web());
  Collections collections(owner);
  for (const config::CollectionConfig& one : all) {
    auto readers = resolve(one.readers, one.name);
    if (!readers) return std::unexpected(std::move(readers.error()));
    auto writers = resolve(one.writers, one.name);
    if (!writers) return std::unexpected(std::move(writers.error()));
    collections.collections_.push_back({one.name, std::move(*readers), std::move(*writers)});
  }
  return collections;
}

const Collections::Collection* Collections::find(std::string_view name) const {
  const auto found = std::ranges::find(collections_, name, &Collection::name);
  return found == collections_.end() ? nullptr : &*found;
}

bool Collections::may_read(const Peer& peer, std::string_view collection) const {
  const Collection* const found = find(collection);
  return found != nullptr && found->readers.has(peer);
}

bool Collections::may_write(const Peer& peer, std::string_view collection) const {
  const Collection* const found = find(collection);
  if (found == nullptr) return false;
  return found->writers.has(peer) || (peer.uid && (*peer.uid == 0 || *peer.uid == owner_));
}

Scope Collections::readable(const Peer& peer) const {
  Scope scope{.collections = {}, .restricted = {}};
  for (const Collection& collection : collections_) {
    if (!collection.readers.has(peer)) continue;
    scope.collections.push_back(collection.name);
    if (!collection.readers.everyone) scope.restricted.push_back(collection.name);
  }
  return scope;
}

}  // namespace seekd::daemon
