// POST /api/web_search and POST /api/web_fetch, as Ollama has them; `raw` is ours.

#include <utility>

#include <boost/json.hpp>

#include "daemon/api/asking.h"
#include "daemon/api/assistant_search.h"
#include "daemon/api/fields.h"
#include "daemon/api/handlers.h"
#include "daemon/api/page_reader.h"
#include "daemon/api/page_text.h"
#include "policy/search_provider.h"
#include "policy/url.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::int64_t results_max = 10;
constexpr std::int64_t results_default = 5;

void respond(Exchange& exchange, const json::object& body) {
  HttpResponse response;
  response.body = json::serialize(body);
  exchange.respond(std::move(response));
}

std::expected<AssistantQuery, ApiError> read_search(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  AssistantQuery asked;
  asked.query.text = fields.text("query").value_or("");
  if (asked.query.text.empty()) fields.reject("query", "missing_field", "is missing");
  if (asked.query.text.size() > policy::search_text_bytes_max) {
    fields.reject("query", "out_of_range",
                  "is longer than " + std::to_string(policy::search_text_bytes_max) + " bytes");
  }
  asked.results_max = static_cast<std::size_t>(
      fields.integer("max_results", 1, results_max).value_or(results_default));
  if (auto error = fields.finish()) return std::unexpected(*std::move(error));
  return asked;
}

enum class Text : std::uint8_t {
  markdown,
  stored,  // as citations point into it
};

struct PageWish {
  std::string url;
  Text text = Text::markdown;
};

std::expected<PageWish, ApiError> read_wish(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  const auto url = fields.text("url");
  const bool raw = fields.flag("raw").value_or(false);
  if (!url || url->empty()) fields.reject("url", "missing_field", "is missing");
  if (url && url->size() > policy::url_bytes_max) {
    fields.reject("url", "out_of_range", "is no URL: it is too long");
  }
  if (auto error = fields.finish()) return std::unexpected(*std::move(error));
  return PageWish{*url, raw ? Text::stored : Text::markdown};
}

json::object findings_json(const WebFindings& findings) {
  json::array results;
  for (const WebResult& result : findings.results) {
    results.push_back({{"title", result.title}, {"url", result.url}, {"content", result.snippet}});
  }
  return {{"results", std::move(results)}};
}

json::object page_json(const ReadPage& page, Text text) {
  json::array links;
  for (const Link& link : page.links) links.emplace_back(link.url);
  return {
      {"title", page.title},
      {"content", text == Text::stored ? snapshot_text(page.blocks) : markdown_text(page.blocks)},
      {"links", std::move(links)}};
}

}  // namespace

void answer_web_search(Services& services, const ExchangePtr& exchange) {
  auto asked = read_search(exchange->request().body);
  if (!asked) return refuse(exchange, asked.error());
  search_for_assistant(services, exchange, *std::move(asked), [exchange](const auto& findings) {
    if (!findings) return refuse(exchange, findings.error());
    respond(*exchange, findings_json(*findings));
  });
}

void answer_web_fetch(Services& services, const ExchangePtr& exchange) {
  const auto wish = read_wish(exchange->request().body);
  if (!wish) return refuse(exchange, wish.error());
  read_page(services, exchange, wish->url, [exchange, text = wish->text](const auto& page) {
    if (!page) return refuse(exchange, page.error());
    respond(*exchange, page_json(*page, text));
  });
}

}  // namespace seekd::daemon
