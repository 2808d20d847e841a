#include "policy/upstream.h"

#include <algorithm>
#include <array>

#include "policy/quoted.h"

namespace seekd::policy {
namespace {

constexpr std::array paths{UpstreamPath::chat_completions, UpstreamPath::models};

EgressVerdict refused(const Url& url, const std::string& why) {
  return {EgressReason::scheme_denied,
          "an upstream is spoken to without TLS at an address alone that an egress.exception "
          "names: " +
              policy::quoted(url.host) + why,
          std::nullopt};
}

}  // namespace

std::string_view to_string(UpstreamPath path) {
  switch (path) {
    case UpstreamPath::chat_completions:
      return "chat/completions";
    case UpstreamPath::models:
      return "models";
  }
  return "models";
}

std::optional<UpstreamPath> parse_upstream_path(std::string_view text) {
  const auto* const found =
      std::ranges::find(paths, text, [](UpstreamPath path) { return to_string(path); });
  if (found == paths.end()) return std::nullopt;
  return *found;
}

Result<std::string> upstream_base(std::string_view url) {
  const Result<Url> parsed = parse_url(url);
  if (!parsed) return std::unexpected(parsed.error());
  if (parsed->target.contains('?')) {
    return fail(
        ErrorCode::invalid_argument,
        policy::quoted(url) + " has a query; it is what stands before \"/chat/completions\"");
  }
  std::string base = parsed->text();
  while (base.ends_with('/')) base.pop_back();
  return base;
}

Url upstream_url(const Upstream& upstream, UpstreamPath path) {
  return parse_url(upstream.url + '/' + std::string(to_string(path))).value_or(Url());
}

SiteRule upstream_rule(const Upstream& upstream) {
  const Url url = upstream_url(upstream, UpstreamPath::models);
  return {.host = url.host, .path_prefix = "/", .scheme = url.scheme, .port = url.port};
}

EgressPolicy upstream_policy(const EgressPolicy& policy, const Upstream& upstream) {
  EgressPolicy judged = policy;
  judged.allow = {upstream_rule(upstream)};
  judged.allow_option = "upstream";
  judged.redirects_max = 0;
  return judged;
}

EgressVerdict judge_plain_http(const Url& url, std::span<const IpAddress> addresses,
                               const EgressPolicy& policy) {
  if (url.scheme == "https") return {EgressReason::allowed, "", url};
  if (route_of(policy, url.host).proxy) return refused(url, " is reached through a proxy");
  for (const IpAddress& address : addresses) {
    const bool excepted =
        std::ranges::any_of(policy.addresses.exceptions, [&](const AddressException& exception) {
          return exception.port == url.port && exception.range.contains(address);
        });
    if (!excepted) return refused(url, " has the address " + to_string(address));
  }
  return {EgressReason::allowed, "", url};
}

}  // namespace seekd::policy
