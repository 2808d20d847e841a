#include "daemon/access/circle.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include <grp.h>
#include <pwd.h>

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

std::unexpected<Error> unknown(const Subject& subject, const std::string& where) {
  const bool user = subject.kind == Subject::Kind::user;
  return fail(ErrorCode::not_found, where + ": there is no " + (user ? "user " : "group ") +
                                        policy::quoted(subject.name) +
                                        "; write one that there is, or its number as \"" +
                                        (user ? "uid" : "gid") + ":N\"");
}

template <class T>
bool contains(const std::vector<T>& all, const T& one) {
  return std::ranges::find(all, one) != all.end();
}

}  // namespace

Status Circle::add(const Subject& subject, const std::string& where) {
  switch (subject.kind) {
    case Subject::Kind::everyone:
      everyone_ = true;
      return {};
    case Subject::Kind::uid:
      users_.push_back(subject.id);
      return {};
    case Subject::Kind::gid:
      groups_.push_back(subject.id);
      return {};
    case Subject::Kind::user: {
      const auto user = look_up<passwd>(getpwnam_r, subject.name);
      if (!user) return std::unexpected(user.error());
      if (!*user) return unknown(subject, where);
      users_.push_back((*user)->pw_uid);
      return {};
    }
    case Subject::Kind::group: {
      const auto entry = look_up<group>(getgrnam_r, subject.name);
      if (!entry) return std::unexpected(entry.error());
      if (!*entry) return unknown(subject, where);
      groups_.push_back((*entry)->gr_gid);
      return {};
    }
    case Subject::Kind::caller:
      callers_.push_back(subject.name);
      return {};
    case Subject::Kind::role:
      roles_.push_back(subject.name);
      return {};
  }
  return {};
}

Result<Circle> Circle::resolve(std::span<const Subject> subjects, const std::string& where) {
  Circle circle;
  for (const Subject& subject : subjects) {
    if (Status added = circle.add(subject, where); !added) {
      return std::unexpected(std::move(added.error()));
    }
  }
  return circle;
}

bool Circle::has_account(const Peer& account) const {
  if (!account.uid) return false;
  return contains(users_, *account.uid) ||
         std::ranges::find_first_of(groups_, account.groups) != groups_.end();
}

bool Circle::has(const Caller& caller) const {
  return everyone_ || has_account(caller.account) || contains(callers_, caller.name) ||
         std::ranges::find_first_of(roles_, caller.roles) != roles_.end();
}

}  // namespace seekd::daemon
