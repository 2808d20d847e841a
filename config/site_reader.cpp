#include "config/site_reader.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string_view>

#include "config/egress_readers.h"
#include "config/scalar_readers.h"
#include "policy/quoted.h"

namespace seekd::config {
namespace {

using namespace std::chrono_literals;
using policy::Site;
using std::chrono::minutes;

template <class T>
Status assign(std::optional<T>& target, Result<T> read) {
  if (!read) return std::unexpected(std::move(read.error()));
  target = *std::move(read);
  return {};
}

// "22:00" → 1320 minutes.
std::optional<minutes> parse_clock(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  if (!digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
  const int hours = (text[0] - '0') * 10 + text[1] - '0';
  const int past = (text[3] - '0') * 10 + text[4] - '0';
  if (past > 59 || hours * 60 + past > 24 * 60) return std::nullopt;
  return minutes(hours * 60 + past);
}

// RFC 9557 and ISO 8601 know offsets up to a day; those of the earth end at 14 hours.
std::optional<minutes> parse_offset(std::string_view text) {
  if (text == "UTC") return 0min;
  if (!text.starts_with('+') && !text.starts_with('-')) return std::nullopt;
  const std::optional<minutes> distance = parse_clock(text.substr(1));
  if (!distance || *distance > 14h) return std::nullopt;
  return text.front() == '-' ? -*distance : *distance;
}

Result<std::string> read_reason(const Value& value) {
  Result<std::string> reason = read_text(value);
  if (reason && reason->empty()) return refuse(value, "the reason is empty");
  return reason;
}

Result<policy::RobotsUse> read_robots(const Value& value) {
  const Result<bool> asked = read_flag(value);
  if (!asked) return std::unexpected(asked.error());
  return *asked ? policy::RobotsUse::obey : policy::RobotsUse::ignore;
}

template <class T, T Site::* Member>
Status set_text(Site& site, const Value& value, Result<std::string> (*read)(const Value&)) {
  Result<std::string> text = read(value);
  if (!text) return std::unexpected(std::move(text.error()));
  site.*Member = *std::move(text);
  return {};
}

struct SiteKey {
  std::string_view name;
  Status (*set)(Site&, const Value&);
};

constexpr std::uint64_t KiB = 1 << 10;
constexpr std::uint64_t GiB = KiB << 20;

// The limits are those of the keys in [fetcher] that each of them overrides.
constexpr std::array site_keys{
    SiteKey{"host",
            [](Site& s, const Value& v) {
              return set_text<std::string, &Site::host>(s, v, read_host);
            }},
    SiteKey{
        "interval",
        [](Site& s, const Value& v) { return assign(s.interval, read_duration(v, {0ms, 1h})); }},
    SiteKey{"concurrency",
            [](Site& s, const Value& v) { return assign(s.concurrency, read_count(v, {1, 256})); }},
    SiteKey{"hours", [](Site& s, const Value& v) { return assign(s.hours, read_hours(v)); }},
    SiteKey{"user_agent",
            [](Site& s, const Value& v) { return assign(s.user_agent, read_user_agent(v)); }},
    SiteKey{"robots", [](Site& s, const Value& v) { return assign(s.robots, read_robots(v)); }},
    SiteKey{"robots_reason",
            [](Site& s, const Value& v) {
              return set_text<std::string, &Site::robots_reason>(s, v, read_reason);
            }},
    SiteKey{"proxy", [](Site& s, const Value& v) { return assign(s.route, read_route(v)); }},
    SiteKey{"wire_bytes_max",
            [](Site& s, const Value& v) {
              return assign(s.wire_bytes_max, read_bytes(v, {KiB, GiB}));
            }},
    SiteKey{"decoded_bytes_max",
            [](Site& s, const Value& v) {
              return assign(s.decoded_bytes_max, read_bytes(v, {KiB, 4 * GiB}));
            }},
    SiteKey{"content_types",
            [](Site& s, const Value& v) { return assign(s.content_types, read_content_types(v)); }},
};

std::unexpected<Error> refuse_unknown(const Field& field) {
  std::string known;
  for (const SiteKey& key : site_keys) known += (known.empty() ? "" : ", ") + std::string(key.name);
  return refuse(field.value, policy::quoted(field.key) + " is unknown here (known: " + known + ')');
}

Status check_whole(const Value& element, const Site& site) {
  if (site.host.empty()) return refuse(element, "the key host is missing");
  const bool ignores = site.robots == policy::RobotsUse::ignore;
  if (ignores && site.robots_reason.empty()) {
    return refuse(element, "robots = false needs a robots_reason: who agreed, and when");
  }
  if (!ignores && !site.robots_reason.empty()) {
    return refuse(element, "robots_reason says why robots = false, which is not there");
  }
  return {};
}

Result<Site> read_site(const Value& element) {
  const auto* fields = std::get_if<std::vector<Field>>(&element.data);
  if (fields == nullptr) return refuse(element, describe(element) + " is not a table");
  Site site;
  for (const Field& field : *fields) {
    const auto* const key = std::ranges::find(site_keys, field.key, &SiteKey::name);
    if (key == site_keys.end()) return refuse_unknown(field);
    if (const Status set = key->set(site, field.value); !set) return std::unexpected(set.error());
  }
  if (const Status whole = check_whole(element, site); !whole) {
    return std::unexpected(whole.error());
  }
  return site;
}

}  // namespace

Result<std::vector<Site>> read_sites(const Value& value) {
  const Result<std::vector<Value>> list = read_list(value);
  if (!list) return std::unexpected(list.error());
  std::vector<Site> sites;
  for (const Value& element : *list) {
    Result<Site> site = read_site(element);
    if (!site) return std::unexpected(std::move(site.error()));
    sites.push_back(*std::move(site));
  }
  return sites;
}

Result<policy::Hours> read_hours(const Value& value) {
  const Result<std::string> written = read_text(value);
  if (!written) return std::unexpected(written.error());
  const std::string_view text = *written;
  const std::size_t space = std::min(text.find(' '), text.size());
  const auto begin = parse_clock(text.substr(0, std::min<std::size_t>(5, space)));
  const bool dashed = space == 11 && text[5] == '-';
  const auto end = dashed ? parse_clock(text.substr(6, 5)) : std::nullopt;
  const auto offset =
      dashed && space < text.size() ? parse_offset(text.substr(space + 1)) : std::nullopt;
  if (!begin || !end || !offset) {
    return refuse(value, policy::quoted(text) +
                             " is not of the form \"22:00-06:00 +01:00\" (or "
                             "UTC in place of the offset)");
  }
  if (*begin == *end || *begin == 24h) {
    return refuse(value, policy::quoted(text) + " is an empty window, or begins at the day's end");
  }
  return policy::Hours{*begin, *end, *offset};
}

Result<std::optional<policy::Hours>> read_quiet_hours(const Value& value) {
  const Result<std::string> written = read_text(value);
  if (!written) return std::unexpected(written.error());
  if (written->empty()) return std::nullopt;
  const Result<policy::Hours> hours = read_hours(value);
  if (!hours) return std::unexpected(hours.error());
  if (hours->begin == 0min && hours->end == 24h) {
    return refuse(value, policy::quoted(*written) + " leaves no hour of the day");
  }
  return *hours;
}

}  // namespace seekd::config
