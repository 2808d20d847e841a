#include "daemon/mcp/tool_calls.h"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "daemon/api/fields.h"
#include "daemon/api/page_fields.h"
#include "daemon/api/page_text.h"
#include "policy/utf8.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::int64_t length_max = 1'000'000;
constexpr std::int64_t length_default = 5000;
constexpr std::int64_t start_max = 1'000'000'000;
constexpr std::int64_t results_max = 20;
constexpr std::int64_t results_default = 10;
constexpr std::int64_t version_max = 4'294'967'295;

HttpRequest post(std::string path, const json::object& body) {
  HttpRequest request;
  request.method = "POST";
  request.path = std::move(path);
  request.body = json::serialize(body);
  return request;
}

HttpRequest get(std::string path, std::vector<std::pair<std::string, std::string>> query) {
  HttpRequest request;
  request.method = "GET";
  request.path = std::move(path);
  request.query = std::move(query);
  return request;
}

std::string needed(Fields& fields, std::string_view name) {
  auto text = fields.text(name);
  if (!text || text->empty()) fields.reject(name, "missing_field", "is missing");
  return text.value_or("");
}

TextWindow read_window(Fields& fields) {
  const auto start = fields.integer("start_index", 0, start_max).value_or(0);
  const auto length = fields.integer("max_length", 1, length_max).value_or(length_default);
  return {static_cast<std::size_t>(start), static_cast<std::size_t>(length)};
}

// "" where it is not there, or is no text.
std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? "" : std::string(*text);
}

const json::array& array_at(const json::object& object, std::string_view name) {
  static const json::array none;
  const json::value* value = object.if_contains(name);
  const json::array* array = value == nullptr ? nullptr : value->if_array();
  return array == nullptr ? none : *array;
}

// The fields of each object of `array` that are named, where they are there.
json::array picked(const json::array& array, std::initializer_list<std::string_view> names) {
  json::array out;
  for (const json::value& value : array) {
    const json::object* object = value.if_object();
    if (object == nullptr) continue;
    json::object one;
    for (const std::string_view name : names) {
      const json::value* field = object->if_contains(name);
      if (field != nullptr && !field->is_null()) one[name] = *field;
    }
    out.push_back(std::move(one));
  }
  return out;
}

// The byte at which the code point of that number begins; the text's end where there are fewer.
std::size_t byte_of(std::string_view text, std::size_t from, std::size_t points) {
  std::size_t at = from;
  for (; points > 0 && at < text.size(); --points) at += policy::character_at(text, at).size();
  return at;
}

std::size_t points_of(std::string_view text) {
  std::size_t points = 0;
  for (std::size_t at = 0; at < text.size(); ++points) at += policy::character_at(text, at).size();
  return points;
}

ToolOutput page_output(const ToolRequest& request, std::string url, const std::string& title,
                       const std::string& text) {
  const std::size_t total = points_of(text);
  const std::size_t start = std::min(request.window.start, total);
  const std::size_t end = std::min(total, start + request.window.length);
  const std::size_t begin_byte = byte_of(text, 0, start);
  const std::string part =
      text.substr(begin_byte, byte_of(text, begin_byte, end - start) - begin_byte);
  ToolOutput output;
  output.text = part;
  if (start == total && total > 0) {
    output.text = "The page ends at character " + std::to_string(total) + ".";
  } else if (end < total) {
    output.text += "\n\n[Characters " + std::to_string(start) + " to " + std::to_string(end) +
                   " of " + std::to_string(total) +
                   ": go on with start_index=" + std::to_string(end) + ".]";
  }
  output.structured = {{"url", std::move(url)}, {"title", title},   {"content", part},
                       {"start_index", start},  {"end_index", end}, {"total_length", total}};
  return output;
}

std::string result_lines(const json::array& results) {
  std::string text;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const json::object& result = results[i].get_object();
    text += std::to_string(i + 1) + ". " + text_at(result, "title") + "\n   " +
            text_at(result, "url") + "\n   " + text_at(result, "content") + "\n";
  }
  return text.empty() ? "Nothing was found." : text;
}

}  // namespace

std::expected<ToolRequest, ApiError> ask_request(const json::object& arguments, Steps steps) {
  Fields fields(arguments, "");
  json::object body{
      {"messages", json::array{{{"role", "user"}, {"content", needed(fields, "question")}}}}};
  for (const std::string_view name : {"urls", "search_domain_filter", "max_age", "offline"}) {
    if (const json::value* value = fields.any(name)) body[name] = *value;
  }
  if (auto error = fields.finish()) return std::unexpected(*std::move(error));
  if (steps == Steps::wanted) {
    body["stream"] = true;
    body["trace"] = true;
  }
  return ToolRequest{post("/v1/chat/completions", body), {}, 0};
}

ToolOutput ask_output_of(const ToolRequest& /*request*/, const json::object& reply) {
  ToolOutput output;
  json::array annotations;
  if (const json::array& choices = array_at(reply, "choices"); !choices.empty()) {
    const json::object& message = choices[0].at("message").as_object();
    output.text = text_at(message, "content");
    for (const json::value& note : array_at(message, "annotations")) {
      annotations.push_back(note.at("url_citation"));
    }
  }
  const json::array sources =
      picked(array_at(reply, "search_results"), {"url", "title", "source", "date", "last_updated"});
  output.structured = {
      {"answer", output.text},
      {"citations", picked(annotations, {"start_index", "end_index", "url", "title"})},
      {"sources", sources},
      {"notices", array_at(reply, "notices")}};
  if (!sources.empty()) output.text += "\n\nSources:";
  for (const json::value& source : sources) {
    output.text +=
        "\n- " + text_at(source.get_object(), "title") + " " + text_at(source.get_object(), "url");
  }
  return output;
}

std::expected<ToolRequest, ApiError> search_request(const json::object& arguments,
                                                    Steps /*steps*/) {
  Fields fields(arguments, "");
  std::vector<std::pair<std::string, std::string>> query{{"format", "json"},
                                                         {"q", needed(fields, "query")}};
  if (auto range = fields.text("time_range")) query.emplace_back("time_range", *std::move(range));
  const auto most = fields.integer("max_results", 1, results_max).value_or(results_default);
  if (auto error = fields.finish()) return std::unexpected(*std::move(error));
  return ToolRequest{get("/search", std::move(query)), {}, static_cast<std::size_t>(most)};
}

ToolOutput search_output_of(const ToolRequest& request, const json::object& reply) {
  json::array results;
  for (const json::value& found : array_at(reply, "results")) {
    if (results.size() == request.results_max) break;
    const json::object& result = found.get_object();
    json::object one{{"url", text_at(result, "url")},
                     {"title", text_at(result, "title")},
                     {"content", text_at(result, "content")},
                     {"engine", text_at(result, "engine")}};
    if (auto date = text_at(result, "publishedDate"); !date.empty()) one["published"] = date;
    results.push_back(std::move(one));
  }
  ToolOutput output;
  output.text = result_lines(results);
  output.structured = {{"results", std::move(results)},
                       {"unresponsive_engines", array_at(reply, "unresponsive_engines")}};
  return output;
}

std::expected<ToolRequest, ApiError> fetch_request(const json::object& arguments, Steps /*steps*/) {
  Fields fields(arguments, "");
  json::object body{{"url", needed(fields, "url")}};
  if (const auto raw = fields.flag("raw")) body["raw"] = *raw;
  const TextWindow window = read_window(fields);
  if (auto error = fields.finish()) return std::unexpected(*std::move(error));
  return ToolRequest{post("/api/web_fetch", body), window, 0};
}

ToolOutput fetch_output_of(const ToolRequest& request, const json::object& reply) {
  const json::object asked = json::parse(request.http.body).as_object();
  return page_output(request, text_at(asked, "url"), text_at(reply, "title"),
                     text_at(reply, "content"));
}

std::expected<ToolRequest, ApiError> show_request(const json::object& arguments, Steps /*steps*/) {
  Fields fields(arguments, "");
  std::vector<std::pair<std::string, std::string>> query{{"url", needed(fields, "url")}};
  if (const auto version = fields.integer("version", 1, version_max)) {
    query.emplace_back("version", std::to_string(*version));
  }
  const TextWindow window = read_window(fields);
  if (auto error = fields.finish()) return std::unexpected(*std::move(error));
  return ToolRequest{get("/seekd/v1/page", std::move(query)), window, 0};
}

ToolOutput show_output_of(const ToolRequest& request, const json::object& reply) {
  const json::object content{{"blocks", array_at(reply, "blocks")}};
  Fields fields(content, "");
  ToolOutput output = page_output(request, text_at(reply, "url"), text_at(reply, "title"),
                                  markdown_text(read_content(fields)));
  for (const std::string_view name : {"version", "retrieved_at", "fresh_until"}) {
    output.structured[name] = reply.at(name);
  }
  return output;
}

}  // namespace seekd::daemon
