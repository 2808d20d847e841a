#include "ctl/page_view.h"

#include <iostream>

#include "ctl/json_view.h"
#include "ctl/terminal.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t url_characters_max = 2048;  // one that is cut names nothing

}  // namespace

void print_claims(const json::object& page, std::string_view indent) {
  const json::object& claims = object_at(page, "metadata");
  for (const char* name : {"author", "published", "modified", "language"}) {
    const std::string claim = text_at(claims, name);
    if (!claim.empty()) std::cout << indent << name << ' ' << terminal_line(claim) << '\n';
  }
  for (const json::value& value : array_at(claims, "feeds")) {
    const json::object* feed = value.if_object();
    if (feed == nullptr) continue;
    std::cout << indent << "feed " << terminal_line(text_at(*feed, "url"), url_characters_max)
              << "  " << terminal_line(text_at(*feed, "text")) << '\n';
  }
}

void print_entries(const json::object& page, std::string_view indent) {
  const json::array& entries = array_at(page, "entries");
  if (entries.empty()) return;
  std::cout << indent << terminal_line(text_at(page, "kind")) << " with "
            << integer_at(page, "entries_total") << " entries\n";
  for (const json::value& value : entries) {
    const json::object* entry = value.if_object();
    if (entry == nullptr) continue;
    const std::string modified = text_at(*entry, "modified");
    std::cout << indent << "  " << terminal_line(text_at(*entry, "url"), url_characters_max) << "  "
              << terminal_line(modified.empty() ? text_at(*entry, "published") : modified) << "  "
              << terminal_line(text_at(*entry, "title")) << '\n';
  }
}

}  // namespace seekd::ctl
