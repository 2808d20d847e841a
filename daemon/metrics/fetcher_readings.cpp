#include "daemon/metrics/fetcher_readings.h"

#include <boost/json.hpp>

namespace seekd::daemon {
namespace {

namespace json = boost::json;

std::uint64_t count_of(const json::value* value) {
  if (value == nullptr || !value->is_number()) return 0;
  json::error_code error;
  const auto count = value->to_number<std::uint64_t>(error);
  return error ? 0 : count;
}

const json::object* object_at(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

}  // namespace

std::optional<FetcherReadings> read_fetcher_status(std::string_view text) {
  json::error_code error;
  const json::value parsed = json::parse(text, error);
  const json::object* const status = error ? nullptr : parsed.if_object();
  if (status == nullptr) return std::nullopt;
  FetcherReadings readings;
  readings.requests = count_of(status->if_contains("requests"));
  readings.cancelled = count_of(status->if_contains("cancelled"));
  readings.wire_bytes = count_of(status->if_contains("wire_bytes"));
  readings.pages_in_progress = count_of(status->if_contains("pages_in_progress"));
  readings.pages_waiting = count_of(status->if_contains("pages_waiting"));
  readings.workers = count_of(status->if_contains("workers"));
  if (const json::object* const policy = object_at(*status, "policy")) {
    readings.policy_reloads = count_of(policy->if_contains("reloads"));
  }
  if (const json::object* const verdicts = object_at(*status, "verdicts")) {
    for (const auto& [reason, count] : *verdicts) readings.verdicts[reason] = count_of(&count);
  }
  return readings;
}

}  // namespace seekd::daemon
