#include "fetcher/worker/search/custom.h"
#include "fetcher/worker/search/json_reading.h"

namespace seekd::fetcher {
namespace {

namespace json = boost::json;

// RFC 6901. nullptr where there is nothing.
const json::value* at(const json::value& value, std::string_view pointer) {
  json::error_code error;
  return value.find_pointer({pointer.data(), pointer.size()}, error);
}

// "/" is the whole text: many answer with a bare list, and nobody calls a member "".
const json::value* list_at(const json::value& value, std::string_view pointer) {
  return pointer == "/" ? &value : at(value, pointer);
}

std::string text_at(const json::value& result, const std::string& pointer) {
  return pointer.empty() ? "" : text_of(at(result, pointer));
}

}  // namespace

Result<SearchContent> read_custom(const SearchAnswer& answer, const SearchAsked& asked) {
  const policy::ResultPlaces& places = asked.places;
  if (!places.results.starts_with('/')) return read_custom_html(answer, asked);
  const Result<json::value> value = read_json_value(answer.body);
  if (!value) return std::unexpected(value.error());
  const json::value* list = list_at(*value, places.results);
  if (list == nullptr || !list->is_array()) {
    return fail(ErrorCode::invalid_argument, "JSON that has no list at '" + places.results + "'");
  }
  SearchContent content;
  for (const json::value& result : list->get_array()) {
    add_hit({url_of(at(result, places.url)), text_at(result, places.title),
             text_at(result, places.snippet), text_at(result, places.published)},
            asked, content);
  }
  const bool elsewhere = content.hits.empty() && !list->get_array().empty();
  if (elsewhere) {
    return fail(ErrorCode::invalid_argument, "results without a URL at '" + places.url + "'");
  }
  return content;
}

}  // namespace seekd::fetcher
