// What SearXNG's clients send, and what they read (https://docs.searxng.org/dev/search_api.html).
//
// Pure; any thread.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <utility>

#include <boost/json/object.hpp>

#include "daemon/api/api_error.h"
#include "daemon/finding/web_result.h"

namespace seekd::daemon {

enum class Answerable : std::uint8_t {
  yes,
  with_nothing,  // a second page, or pictures: there are none here
};

struct SearxngRequest {
  WebQuery query;
  Answerable answerable = Answerable::yes;
};

// Parameters that say how a page would look, or which engines SearXNG should ask, are passed over
// as it passes over those that it does not know. Errors: format_denied (403: what is not JSON),
// missing_field, invalid_value, out_of_range.
std::expected<SearxngRequest, ApiError> parse_searxng_request(
    std::span<const std::pair<std::string, std::string>> parameters, TimePoint now);

boost::json::object searxng_json(std::string_view query, const WebFindings& findings);

}  // namespace seekd::daemon
