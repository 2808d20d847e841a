// POST /seekd/v1/hold, /let-go, /forget, GET /seekd/v1/holds: what people decide about stored
// pages. POST /seekd/v1/cache/verify, /compact, /backup: what keeps the cache well.

#include <algorithm>
#include <expected>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "daemon/answer/answer_desk.h"
#include "daemon/api/api_error.h"
#include "daemon/api/collection_fields.h"
#include "daemon/api/fields.h"
#include "daemon/api/handlers.h"
#include "daemon/time_text.h"
#include "policy/collection.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t reason_bytes_max = 1024;
constexpr std::size_t name_bytes_max = 100;

void respond(const ExchangePtr& exchange, const json::object& body) {
  HttpResponse response;
  response.body = json::serialize(body);
  exchange->respond(std::move(response));
}

// Answers with what `to_json` makes of the result, or with its error.
template <class Value, class ToJson>
auto reply_with(const ExchangePtr& exchange, ToJson to_json) {
  return [exchange, to_json = std::move(to_json)](const Result<Value>& result) {
    if (!result) return exchange->respond(to_response(to_api_error(result.error())));
    respond(exchange, to_json(*result));
  };
}

struct Decision {
  std::string pages;
  std::string reason;
};

enum class ReasonField : std::uint8_t { required, unknown };

std::expected<Decision, ApiError> read_decision(std::string_view body, ReasonField reason) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  Decision decision;
  const auto pages = fields.text("pages");
  if (!pages) fields.reject("pages", "missing_field", "is missing: a URL, or a site");
  decision.pages = pages.value_or("");
  if (reason == ReasonField::required) {
    const auto given = fields.text("reason");
    if (!given || given->empty()) fields.reject("reason", "missing_field", "is missing");
    decision.reason = given.value_or("");
    if (decision.reason.size() > reason_bytes_max) {
      fields.reject("reason", "out_of_range", "is longer than 1024 bytes");
    }
  }
  if (auto error = fields.finish()) return std::unexpected(std::move(*error));
  return decision;
}

// Of what a decision names, where the caller may not decide it. The web is named by all but
// addresses of other collections.
std::optional<ApiError> forbidden(const Services& services, Exchange& exchange,
                                  const Decision& decision) {
  exchange.log().audited["pages"] = decision.pages;
  if (!decision.reason.empty()) exchange.log().audited["reason"] = decision.reason;
  const std::string_view collection = policy::collection_of(decision.pages);
  if (services.collections.may_write(exchange.caller(), collection)) return std::nullopt;
  return no_writable_collection(collection, "pages");
}

json::object count_json(std::uint64_t pages) {
  return {{"pages", pages}};
}

json::object forget_json(const cache::ForgetReport& report) {
  return {{"pages", report.pages},       {"versions", report.versions},
          {"blocks", report.blocks},     {"blocks_shared", report.blocks_shared},
          {"passages", report.passages}, {"records_searched", report.records_searched},
          {"traces", report.traces}};
}

// A finding about a page begins with its address.
json::object verify_json(const cache::VerifyReport& report, const Collections& collections,
                         const Caller& caller) {
  json::array findings;
  for (const std::string& finding : report.findings) {
    if (collections.may_read(caller, policy::collection_of(finding)))
      findings.emplace_back(finding);
  }
  return {{"sound", report.sound()},
          {"pages", report.pages},
          {"versions", report.versions},
          {"blocks", report.blocks},
          {"block_references", report.block_references},
          {"passages", report.passages},
          {"postings", report.postings},
          {"url_filter_errors", report.url_filter_errors},
          {"block_filter_errors", report.block_filter_errors},
          {"findings_total", report.findings_total},
          {"findings", std::move(findings)}};
}

bool is_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == ':';
  };
  return !name.empty() && name.size() <= name_bytes_max && name.front() != '.' &&
         std::ranges::all_of(name, plain);
}

// A name and no path: a caller of the socket does not choose where the daemon writes.
std::expected<std::string, ApiError> read_backup_name(std::string_view body, TimePoint now) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  std::string name = fields.text("name").value_or(format_time(now));
  if (!is_name(name)) {
    fields.reject("name", "invalid_value", "may have letters, digits, '-', '_', '.' and ':'");
  }
  if (auto error = fields.finish()) return std::unexpected(std::move(*error));
  return name;
}

}  // namespace

void hold_pages(Services& services, const ExchangePtr& exchange) {
  auto decision = read_decision(exchange->request().body, ReasonField::required);
  if (!decision) return exchange->respond(to_response(decision.error()));
  if (const auto error = forbidden(services, *exchange, *decision)) {
    return exchange->respond(to_response(*error));
  }
  services.cache.run(
      [decision = *decision](cache::PageCache& cache, TimePoint now) {
        return cache.hold(decision.pages, decision.reason, now);
      },
      reply_with<std::uint64_t>(exchange, count_json));
}

void let_pages_go(Services& services, const ExchangePtr& exchange) {
  auto decision = read_decision(exchange->request().body, ReasonField::unknown);
  if (!decision) return exchange->respond(to_response(decision.error()));
  if (const auto error = forbidden(services, *exchange, *decision)) {
    return exchange->respond(to_response(*error));
  }
  services.cache.run(
      [decision = *decision](cache::PageCache& cache) { return cache.let_go(decision.pages); },
      reply_with<std::uint64_t>(exchange, count_json));
}

void list_holds(Services& services, const ExchangePtr& exchange) {
  services.cache.run(
      [](cache::PageCache& cache) { return cache.holds(); },
      [&services, exchange](const std::vector<cache::Hold>& holds) {
        json::array out;
        for (const cache::Hold& hold : holds) {
          const std::string_view collection = policy::collection_of(hold.what);
          if (!services.collections.may_read(exchange->caller(), collection)) continue;
          out.push_back(
              {{"pages", hold.what}, {"reason", hold.reason}, {"since", format_time(hold.since)}});
        }
        respond(exchange, {{"holds", std::move(out)}});
      });
}

void forget_pages(Services& services, const ExchangePtr& exchange) {
  auto decision = read_decision(exchange->request().body, ReasonField::unknown);
  if (!decision) return exchange->respond(to_response(decision.error()));
  if (const auto error = forbidden(services, *exchange, *decision)) {
    return exchange->respond(to_response(*error));
  }
  services.cache.run(
      [decision = *decision](cache::PageCache& cache, TimePoint now) {
        return cache.forget(decision.pages, now);
      },
      [&services,
       reply = reply_with<cache::ForgetReport>(exchange, forget_json)](const auto& report) {
        services.answers.forget();
        reply(report);
      });
}

void verify_cache(Services& services, const ExchangePtr& exchange) {
  services.cache.run([](cache::PageCache& cache, TimePoint now) { return cache.verify(now); },
                     reply_with<cache::VerifyReport>(
                         exchange, [&services, exchange](const cache::VerifyReport& report) {
                           return verify_json(report, services.collections, exchange->caller());
                         }));
}

void compact_cache(Services& services, const ExchangePtr& exchange) {
  services.cache.run([](cache::PageCache& cache) { return cache.compact(); },
                     [exchange](const Status& compacted) {
                       if (compacted) return respond(exchange, {{"compacted", true}});
                       exchange->respond(to_response(to_api_error(compacted.error())));
                     });
}

void back_up_cache(Services& services, const ExchangePtr& exchange) {
  auto name = read_backup_name(exchange->request().body, wall_clock());
  if (!name) return exchange->respond(to_response(name.error()));
  const std::filesystem::path folder =
      services.config.cache.directory.string() + "-backups/" + *name;
  services.cache.run([folder](cache::PageCache& cache) { return cache.copy_to(folder); },
                     [exchange, folder](const Status& copied) {
                       if (copied) return respond(exchange, {{"folder", folder.string()}});
                       exchange->respond(to_response(to_api_error(copied.error())));
                     });
}

}  // namespace seekd::daemon
