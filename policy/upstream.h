// Upstreams: servers of other hosts that speak OpenAI's protocol (vLLM, SGLang, a vendor), as an
// operator names them, and what of the door they open.
//
// Pure; any thread. What a model is asked leaves the host by these URLs and no other: the tables
// name scheme, host, port and the path before the two that there are, and a request can name a
// table and one of the two.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/egress.h"
#include "policy/result.h"
#include "policy/url.h"

namespace seekd::policy {

// A table [[upstream]].
struct Upstream {
  std::string name;                // as a collection's
  std::string url;                 // canonical, what stands before the paths, without a '/' behind
  std::filesystem::path key_file;  // what the fetcher sends as a bearer token; "" for none
  std::size_t requests_max = 16;   // at once
  std::chrono::milliseconds stall_timeout{60'000};  // until its reply begins, and goes on
  std::chrono::milliseconds timeout{300'000};       // of a whole reply

  bool operator==(const Upstream&) const = default;
};

// What an upstream may be asked for; nothing else of it is ever spoken to.
enum class UpstreamPath : std::uint8_t {
  chat_completions,  // POST
  models,            // GET
};
std::string_view to_string(UpstreamPath path);  // "chat/completions"
std::optional<UpstreamPath> parse_upstream_path(std::string_view text);

// The canonical spelling of a base. Errors: invalid_argument (a query, or what parse_url refuses).
Result<std::string> upstream_base(std::string_view url);

// REQUIRES: upstream.url is what upstream_base() made.
Url upstream_url(const Upstream& upstream, UpstreamPath path);

// What its table opens, which is no page's to open: its scheme, host and port.
SiteRule upstream_rule(const Upstream& upstream);

// What requests to it are judged by: its rule in the place of `allow`, all else as it is, `deny`,
// addresses, exceptions, sites and proxy. No redirect is followed.
EgressPolicy upstream_policy(const EgressPolicy& policy, const Upstream& upstream);

// Step 7, behind judge_addresses(): what goes to an upstream goes without TLS only to addresses
// that an exception names, directly.
EgressVerdict judge_plain_http(const Url& url, std::span<const IpAddress> addresses,
                               const EgressPolicy& policy);

}  // namespace seekd::policy
