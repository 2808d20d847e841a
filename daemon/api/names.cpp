#include "daemon/api/names.h"

#include <algorithm>

#include "policy/ascii.h"

namespace seekd::daemon {
namespace {

constexpr std::size_t name_bytes_max = 64;

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= name_bytes_max && std::ranges::all_of(text, [](char c) {
    return policy::is_letter(c) || policy::is_digit(c) || c == '_' || c == '-';
  });
}

}  // namespace seekd::daemon
