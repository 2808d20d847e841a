// POST /seekd/v1/selftest: seekd tries to get out, and asks the fetcher to try what it must not be
// able to do.

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "daemon/api/handlers.h"
#include "fetcher/sandbox/attempts.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds patience{10};

// The fetcher's attempts, or one that says why there are none.
json::array attempts_of(const Result<std::string>& reply) {
  boost::system::error_code error;
  json::value report = reply ? json::parse(*reply, error) : json::value();
  json::object* const object = error ? nullptr : report.if_object();
  json::value* const attempts = object != nullptr ? object->if_contains("attempts") : nullptr;
  if (attempts != nullptr && attempts->is_array()) return std::move(attempts->get_array());
  return fetcher::to_json({{"fetcher", "its own attempts", "a report",
                            reply ? "not a report" : reply.error().message, false}});
}

bool passed(const json::value& attempt) {
  const json::object* const object = attempt.if_object();
  const json::value* const value = object != nullptr ? object->if_contains("passed") : nullptr;
  return value != nullptr && value->is_bool() && value->get_bool();
}

}  // namespace

void run_self_test(Services& services, const ExchangePtr& exchange) {
  json::array attempts = fetcher::to_json(fetcher::try_as_daemon());
  services.fetcher.self_test(patience, [exchange, attempts = std::move(attempts)](
                                           const Result<std::string>& reply) mutable {
    for (json::value& attempt : attempts_of(reply)) attempts.push_back(std::move(attempt));
    const bool all = std::ranges::all_of(attempts, passed);
    HttpResponse response;
    response.body =
        json::serialize(json::object{{"passed", all}, {"attempts", std::move(attempts)}});
    exchange->respond(std::move(response));
  });
}

}  // namespace seekd::daemon
