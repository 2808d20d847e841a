#include "fetcher/extract/page_title.h"

#include <algorithm>
#include <string_view>

#include "fetcher/extract/text_shape.h"

namespace seekd::fetcher {
namespace {

constexpr double heading_words_min = 3;
constexpr std::size_t heading_bytes_max = 250;
constexpr double site_words_max = 4;
constexpr double title_words_min = 2;

double words_of(std::string_view text) {
  return shape_of(text).words;
}

// "" where the page has none or several.
std::string only_heading(std::span<const std::string> headings) {
  std::string only;
  for (const std::string& heading : headings) {
    if (heading.empty() || heading == only) continue;
    if (!only.empty()) return {};
    only = heading;
  }
  return only;
}

bool is_heading(std::string_view text, std::span<const std::string> headings) {
  return std::ranges::find(headings, text) != headings.end();
}

// What stands behind the last mark is the site's name, or as short as one.
bool is_site(std::string_view before, std::string_view behind, std::string_view mark,
             std::string_view site_name) {
  if (!site_name.empty() && behind == site_name) return true;
  const bool shorter = mark == " | " || behind.size() < before.size();
  return shorter && words_of(behind) <= site_words_max && words_of(before) >= title_words_min;
}

std::string without_site(const TitleClaims& claims) {
  const std::string_view title = claims.title;
  for (const std::string_view mark : {" | ", " - ", " \u2013 ", " \u2014 ", " \u00B7 ", " :: "}) {
    const std::size_t last = title.rfind(mark);
    if (last == title.npos) continue;
    const std::string_view before = title.substr(0, last);
    const std::string_view first = title.substr(0, title.find(mark));
    const std::string_view behind = title.substr(last + mark.size());
    for (const std::string_view part : {before, first, behind}) {
      if (is_heading(part, claims.headings)) return std::string(part);
    }
    if (is_site(before, behind, mark, claims.site_name)) return std::string(before);
  }
  return claims.title;
}

}  // namespace

std::string title_of(const TitleClaims& claims) {
  std::string heading = only_heading(claims.headings);
  const bool says = heading.size() <= heading_bytes_max && words_of(heading) >= heading_words_min;
  if (says) return heading;
  if (!claims.title.empty()) return without_site(claims);
  return claims.headings.empty() ? std::string{} : claims.headings.front();
}

}  // namespace seekd::fetcher
