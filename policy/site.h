// How a site is fetched: its pace and hours, the name that it is told, what it may send.
//
// Pure; any thread. `now` is an argument.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/address.h"
#include "policy/page.h"

namespace seekd::policy {

inline constexpr std::size_t content_types_max = 32;
inline constexpr std::size_t content_type_bytes_max =
    127;  // RFC 6838 §4.2 allows each half so much

// When a site may be fetched, every day: from `begin` until before `end`, over midnight where `end`
// comes first. Never empty: `begin` and `end` differ.
struct Hours {
  std::chrono::minutes begin{0};  // of the day, 0 to 24 h
  std::chrono::minutes end{24 * 60};
  std::chrono::minutes utc_offset{0};  // of the clock that both are read on; no summer time

  bool operator==(const Hours&) const = default;
};

// nullopt: open at `now`. Else the moment at which it opens next.
std::optional<TimePoint> closed_until(const Hours& hours, TimePoint now);

enum class RobotsUse : std::uint8_t {
  obey,
  ignore,  // robots.txt is not asked; the reason is written beside
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  bool operator==(const Endpoint&) const = default;
};

// "10.0.0.5:3128", "[2001:db8::5]:3128".
std::string to_string(const Endpoint& endpoint);

// How connections leave: to the host itself, or by CONNECT through a forward proxy.
struct Route {
  std::optional<Endpoint> proxy;  // nullopt: directly

  bool operator==(const Route&) const = default;
};

// What a table [[egress.site]] says. What is absent is said by a wider table, or by the defaults.
struct Site {
  std::string host;                                   // as SiteRule's
  std::optional<std::chrono::milliseconds> interval;  // between two requests to one host
  std::optional<std::size_t> concurrency;             // pages at once from one host
  std::optional<Hours> hours;
  std::optional<std::string> user_agent;
  std::optional<RobotsUse> robots;
  std::string robots_reason;  // of `ignore`
  std::optional<Route> route;
  std::optional<std::size_t> wire_bytes_max;              // of a body as transferred
  std::optional<std::size_t> decoded_bytes_max;           // of a body after decompression
  std::optional<std::vector<std::string>> content_types;  // of those that workers can read

  bool operator==(const Site&) const = default;
};

// Of the tables that cover `host`, each key is taken from the one whose host is the longest match;
// of two for the same host, from the later one.
Site site_of(std::span<const Site> sites, std::string_view host);

}  // namespace seekd::policy
