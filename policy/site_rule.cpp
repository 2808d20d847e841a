#include "policy/site_rule.h"

#include <algorithm>
#include <cstddef>

#include "policy/percent_encoding.h"

namespace seekd::policy {
namespace {

// "/a%2Fb%5Cc" as a server reads it that decodes what separates segments.
std::string with_plain_slashes(std::string_view path) {
  std::string plain;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto escaped = path[i] == '%' ? read_escape(path.substr(i)) : std::nullopt;
    const bool is_slash = escaped == '/' || escaped == '\\';
    plain += is_slash ? '/' : path[i];
    if (is_slash) i += 2;
  }
  return plain;
}

// What a server that decodes escaped slashes, ignores empty segments and cuts path parameters
// (RFC 3986 §3.3) takes the path for.
std::string loose_path(std::string_view path) {
  const std::string plain = with_plain_slashes(path);
  std::string out;
  for (std::string_view rest = plain; !rest.empty();) {
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find('/'), rest.size());
    std::string_view segment = rest.substr(0, end);
    segment = segment.substr(0, segment.find(';'));
    rest.remove_prefix(end);
    if (segment == "..") {
      out.resize(out.empty() ? 0 : out.rfind('/'));
    } else if (!segment.empty() && segment != ".") {
      out += '/';
      out += segment;
    }
  }
  if (out.empty() || plain.ends_with('/')) out += '/';
  return out;
}

bool covers(std::string_view prefix, std::string_view path) {
  return path.starts_with(prefix) &&
         (prefix.ends_with('/') || path.size() == prefix.size() || path[prefix.size()] == '/');
}

}  // namespace

bool host_matches(std::string_view rule, std::string_view host) {
  if (!rule.starts_with('.')) return host == rule;
  return rule.size() == 1 || host == rule.substr(1) || host.ends_with(rule);
}

std::string_view opened_scheme(const SiteRule& allow) {
  return allow.scheme.empty() ? std::string_view("https") : allow.scheme;
}

std::uint16_t opened_port(const SiteRule& allow) {
  if (allow.port != 0) return allow.port;
  return allow.scheme == "http" ? 80 : 443;
}

std::size_t host_match_length(std::string_view rule) {
  return rule.starts_with('.') ? rule.size() - 1 : rule.size() + 1;
}

bool scheme_matches(const SiteRule& rule, std::string_view scheme, RuleEffect effect) {
  if (effect == RuleEffect::opens) return opened_scheme(rule) == scheme;
  return rule.scheme.empty() || rule.scheme == scheme;
}

bool port_matches(const SiteRule& rule, std::uint16_t port, RuleEffect effect) {
  if (effect == RuleEffect::opens) return opened_port(rule) == port;
  return rule.port == 0 || rule.port == port;
}

bool path_matches(const SiteRule& rule, std::string_view path, RuleEffect effect) {
  const bool strict = covers(rule.path_prefix, path);
  if (strict == (effect == RuleEffect::closes)) return strict;
  return covers(rule.path_prefix, loose_path(path));
}

bool rule_matches(const SiteRule& rule, const Url& url, RuleEffect effect) {
  return host_matches(rule.host, url.host) && scheme_matches(rule, url.scheme, effect) &&
         port_matches(rule, url.port, effect) && path_matches(rule, url.path(), effect);
}

}  // namespace seekd::policy
