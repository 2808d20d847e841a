#include "config/places.h"

namespace seekd::config {
namespace {

// "FILE:LINE: section.key" without the key, which the message names itself.
std::string without_key(std::string_view where) {
  return std::string(where.substr(0, where.rfind(": ")));
}

}  // namespace

std::string line_of(const Places& places, std::string_view option) {
  const auto found = places.find(option);
  return found == places.end() ? "its default" : without_key(found->second.where);
}

std::string line_of(const Places& places, std::string_view option, std::size_t element) {
  const auto found = places.find(option);
  if (found == places.end() || element >= found->second.elements.size()) return "its default";
  return without_key(found->second.elements[element]);
}

}  // namespace seekd::config
