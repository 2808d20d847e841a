// What a caller may do, and the roles that rights are given by.
//
// Plain values; any thread. Which request needs which right is a table of daemon/api/routes.cpp.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::policy {

enum class Right : std::uint8_t {
  ask,       // questions, and what the model is called
  search,    // passages of the cache
  show,      // stored pages and their versions
  fetch,     // a page through the door
  watch,     // pages that are refreshed by themselves
  import,    // pages into a collection, and out of it
  forget,    // take pages out for good, or hold them
  maintain,  // verify, compact and back up the cache; try the sandbox
  observe,   // status, readiness and metrics
  review,    // what people have decided about pages
};

inline constexpr std::size_t rights_count = 10;

std::string_view to_string(Right right);
std::optional<Right> parse_right(std::string_view text);

// A set of them.
class Rights {
 public:
  constexpr Rights() = default;
  constexpr Rights(std::initializer_list<Right> rights) {
    for (const Right right : rights) add(right);
  }
  static constexpr Rights all() {
    Rights rights;
    rights.bits_ = (1U << rights_count) - 1;
    return rights;
  }

  constexpr void add(Right right) { bits_ |= 1U << static_cast<unsigned>(right); }
  constexpr void add(Rights rights) { bits_ |= rights.bits_; }
  constexpr bool has(Right right) const {
    return (bits_ >> static_cast<unsigned>(right) & 1U) != 0;
  }

  bool operator==(const Rights&) const = default;

 private:
  std::uint32_t bits_ = 0;
};

struct Role {
  std::string name;
  Rights rights;

  bool operator==(const Role&) const = default;
};

// What a role's name stands for: the last of `written` that has it, else what seekd brings along
// (reader, operator, auditor, admin). nullopt: there is none.
std::optional<Rights> rights_of(std::string_view role, std::span<const Role> written);

// Of callers and roles: 1 to 64 letters, digits, '-', '_', '.' and '@'.
bool is_caller_name(std::string_view name);

}  // namespace seekd::policy
