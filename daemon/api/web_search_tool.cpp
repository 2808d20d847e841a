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

bool is_web_search(std::string_view name) {
  return std::ranges::find(tool_names, name) != tool_names.end();
}

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

void read_tool(const json::value& value, const std::string& path, Fields& fields,
               Question& question) {
  if (!value.is_object()) {
    return fields.reject("tools", "invalid_type", "must be an array of objects");
  }
  Fields tool(value.get_object(), path);
  if (!is_web_search(tool.text("type").value_or(""))) {
    tool.reject("type", "unsupported_field", "is not served: web_search is the one tool there is");
  }
  read_filters(tool, path, question);
  read_context_size(tool, question);
  if (!tool.flag("external_web_access").value_or(true)) question.reach = Reach::cache_only;
  tool.refuse(std::array{std::string_view("user_location")}, "is not served by this version");
  if (const auto error = tool.finish()) fields.reject(*error);
}

// "auto", "none", "required", or {"type": the tool}. Where it is there it is always used: the cache
// is searched, and the web where that is not enough.
bool is_chosen(Fields& fields) {
  const json::value* choice = fields.any("tool_choice");
  if (choice != nullptr && choice->is_object()) {
    Fields named(choice->get_object(), "tool_choice");
    if (!is_web_search(named.text("type").value_or(""))) {
      named.reject("type", "unsupported_field", "is no tool that is served");
    }
    if (const auto error = named.finish()) fields.reject(*error);
    return true;
  }
  const std::string name = fields.text("tool_choice").value_or("auto");
  if (name != "auto" && name != "required" && name != "none") {
    fields.reject("tool_choice", "invalid_value", "must be auto, required, none or a tool");
  }
  return name != "none";
}

bool read_tools(Fields& fields, Question& question) {
  const bool chosen = is_chosen(fields);
  const json::array* tools = fields.array("tools");
  const std::size_t count = tools == nullptr ? 0 : tools->size();
  if (count > 1) fields.reject("tools", "out_of_range", "holds more than one tool");
  if (count == 1) read_tool(tools->front(), "tools[0]", fields, question);
  const json::value* choice = fields.any("tool_choice");
  const bool insists = choice != nullptr && (choice->is_object() || *choice == "required");
  if (count == 0 && insists) {
    fields.reject("tool_choice", "invalid_value", "names a tool, and 'tools' holds none");
  }
  return chosen && count > 0;
}

}  // namespace

void read_web_search_tool(Fields& fields, Question& question, const config::AnswerConfig& config,
                          const Scope& readable) {
  if (!read_tools(fields, question)) {
    question.retrieval = Retrieval::disabled;
    question.scope = readable;
    return fields.refuse(of_the_tool, "is for requests with the tool web_search");
  }
  read_reading_terms(fields, question, config);
  if (fields.flag("offline").value_or(false)) question.reach = Reach::cache_only;
  question.scope = read_collections(fields, readable);
}

}  // namespace seekd::daemon
