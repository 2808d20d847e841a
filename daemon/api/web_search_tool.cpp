#include "daemon/api/web_search_tool.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <boost/json.hpp>

#include "daemon/api/collection_fields.h"
#include "daemon/api/domains.h"
#include "daemon/api/reading_fields.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 4> tool_names{
    "web_search", "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11"};

constexpr std::array<std::string_view, 11> of_the_tool{"urls",
                                                       "max_age",
                                                       "as_of",
                                                       "offline",
                                                       "require_sources",
                                                       "collections",
                                                       "search_after_date_filter",
                                                       "search_before_date_filter",
                                                       "last_updated_after_filter",
                                                       "last_updated_before_filter",
                                                       "search_recency_filter"};

void read_filters(Fields& tool, const std::string& path, Question& question) {
  const json::object* object = tool.object("filters");
  if (object == nullptr) return;
  Fields filters(*object, path + ".filters");
  Domains domains = read_domains(filters, "allowed_domains");
  question.hosts = std::move(domains.allowed);
  if (!domains.denied.empty()) {
    filters.reject("allowed_domains", "invalid_value", "holds a name with '-' before it");
  }
  if (const auto error = filters.finish()) tool.reject(*error);
}

}  // namespace

bool is_web_search(std::string_view type) {
  return std::ranges::find(tool_names, type) != tool_names.end();
}

void read_web_search(Fields& tool, const std::string& path, Question& question) {
  read_filters(tool, path, question);
  read_context_size(tool, question);
  if (!tool.flag("external_web_access").value_or(true)) question.reach = Reach::cache_only;
  tool.refuse(std::array{std::string_view("user_location")}, "is not served by this version");
}

void read_web_search_terms(Fields& fields, Question& question, const config::AnswerConfig& config,
                           const Scope& readable) {
  read_reading_terms(fields, question, config);
  if (fields.flag("offline").value_or(false)) question.reach = Reach::cache_only;
  question.scope = read_collections(fields, readable);
}

void refuse_web_search_terms(Fields& fields, Question& question, const Scope& readable) {
  question.retrieval = Retrieval::disabled;
  question.scope = readable;
  fields.refuse(of_the_tool, "is for requests with the tool web_search");
}

}  // namespace seekd::daemon
