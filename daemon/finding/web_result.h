// What a search of the web is asked, and what it comes back with.
//
// Plain data; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/answer/answer.h"
#include "policy/egress.h"
#include "policy/page.h"

namespace seekd::daemon {

struct WebQuery {
  std::string text;                       // stand-alone; private data is masked before it leaves
  std::string language;                   // BCP 47 primary subtag, "" where it is not known
  std::optional<TimePoint> after;         // wanted: published no earlier
  std::optional<TimePoint> before;        // and no later
  std::vector<std::string> hosts;         // as in policy::SiteRule::host; empty: all
  std::vector<std::string> hosts_denied;  // likewise; wins
};

// A page that may answer: a stranger's word for it, not judged and not fetched.
struct WebResult {
  std::string url;  // canonical
  std::string title;
  std::string snippet;
  std::string published;  // RFC 3339 in UTC, or its date alone; "" where it is not known
  std::string provider;   // its name; "topic" of a list of sites
  policy::Provenance provenance = policy::Provenance::search_result;
};

// How asking one provider for one query ended.
enum class ProviderState : std::uint8_t {
  results,
  nothing_found,  // it answered, and knows of no page
  captcha,        // it wants to see a person
  suspended,      // the engines behind it are, or it has blocked this host for a time
  rate_limited,
  refused,      // it understood, and will not: key, quota, format
  malformed,    // what it answered is not what its kind answers with
  unreachable,  // the door refused, or nobody answered
  backing_off,  // not asked: it failed a short while ago
};
std::string_view to_string(ProviderState state);

struct ProviderOutcome {
  std::string provider;
  std::string query;  // as sent
  ProviderState state = ProviderState::unreachable;
  std::size_t results = 0;
};

struct WebFindings {
  std::vector<WebResult> results;  // best first, each page once
  std::vector<Notice> notices;
  std::vector<ProviderOutcome> outcomes;  // in the order they came
  std::size_t requests = 0;               // through the door: queries, feeds
};

}  // namespace seekd::daemon
