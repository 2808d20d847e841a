// Where each option was written, for messages about two of them.
//
// Plain values; any thread.

#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::config {

struct Place {
  std::string where;                  // how messages about it begin: "FILE:LINE: section.key"
  std::vector<std::string> elements;  // the same for each element of a list, each table
};

// Option name → its place; options that keep their default are not in it.
using Places = std::map<std::string, Place, std::less<>>;

// "FILE:LINE" of an option, or of one of its elements; "its default" where nobody wrote it.
std::string line_of(const Places& places, std::string_view option);
std::string line_of(const Places& places, std::string_view option, std::size_t element);

}  // namespace seekd::config
