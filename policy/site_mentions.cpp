#include "policy/site_mentions.h"

#include <algorithm>
#include <array>

#include "policy/ascii.h"
#include "policy/host.h"
#include "policy/url.h"
#include "policy/url_mentions.h"

namespace seekd::policy {
namespace {

constexpr std::size_t host_bytes_max = 253;  // RFC 1035 §2.3.4

bool is_host_byte(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

std::string lower_cased(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
  return lower;
}

// Two letters are a country's, but for those that files end in too; there a word before must say
// that a site is meant.
bool is_top_level(std::string_view label, bool cued) {
  constexpr std::array<std::string_view, 24> generic{
      "com",  "org",  "net",    "edu",  "gov",    "mil",    "int",  "info",
      "biz",  "name", "museum", "aero", "jobs",   "travel", "dev",  "app",
      "blog", "news", "wiki",   "xyz",  "online", "site",   "tech", "cloud"};
  constexpr std::array<std::string_view, 16> files{"py", "sh", "rs", "md", "pl", "js", "ts", "go",
                                                   "cc", "hs", "so", "ps", "gz", "db", "vb", "ml"};
  if (std::ranges::find(generic, label) != generic.end()) return true;
  if (label.size() != 2 || !std::ranges::all_of(label, is_letter)) return false;
  return cued || std::ranges::find(files, label) == files.end();
}

// "on docs.rs", "site:docs.rs", "according to docs.rs"
bool is_cued(std::string_view before) {
  while (before.ends_with(' ')) before.remove_suffix(1);
  if (before.ends_with(':')) before.remove_suffix(1);
  const std::size_t begin = before.find_last_of(" \t\n\"'(");
  const std::string word =
      lower_cased(begin == before.npos ? before : before.substr(begin + 1, host_bytes_max));
  constexpr std::array<std::string_view, 8> cues{"on",   "at",      "from", "to",
                                                 "site", "website", "see",  "domain"};
  return std::ranges::find(cues, word) != cues.end();
}

std::string_view without_dots(std::string_view name) {
  while (name.starts_with('.') || name.starts_with('-')) name.remove_prefix(1);
  while (name.ends_with('.') || name.ends_with('-')) name.remove_suffix(1);
  return name;
}

bool looks_like_site(std::string_view name, bool cued) {
  constexpr std::array<std::string_view, 3> products{"asp.net", "vb.net", "ado.net"};
  const std::size_t dot = name.rfind('.');
  if (dot == name.npos || name.size() > host_bytes_max) return false;
  const std::string_view last = name.substr(dot + 1);
  // "It ended.Is it": a sentence without its space.
  if (last.size() > 1 && last[0] <= 'Z' && last[1] >= 'a') return false;
  const std::string lower = lower_cased(name);
  return is_top_level(lower_cased(last), cued) &&
         std::ranges::find(products, lower) == products.end();
}

void add_once(std::vector<std::string>& sites, std::string site) {
  if (sites.size() == site_mentions_max) return;
  if (std::ranges::find(sites, site) == sites.end()) sites.push_back(std::move(site));
}

}  // namespace

std::vector<std::string> site_mentions(std::string_view text) {
  std::vector<std::string> sites;
  for (const std::string& url : url_mentions(text)) {
    if (const auto read = parse_url(url)) add_once(sites, read->host);
  }
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_host_byte(text[end])) ++end;
    const std::string_view name = without_dots(text.substr(at, end - at));
    const std::string_view before = text.substr(0, at);
    // What follows '@' or '/' is of an address of mail or of a path.
    const bool part = before.ends_with('@') || before.ends_with('/') || before.ends_with('_') ||
                      (end < text.size() && (text[end] == '@' || text[end] == '_'));
    if (!part &&
        looks_like_site(
            name, is_cued(before.substr(
                      before.size() - std::min<std::size_t>(before.size(), 2 * host_bytes_max))))) {
      const auto host = canonical_host(name);
      if (host && host_kind(*host) == HostKind::name) add_once(sites, *host);
    }
    at = std::max(end, at + 1);
  }
  return sites;
}

}  // namespace seekd::policy
