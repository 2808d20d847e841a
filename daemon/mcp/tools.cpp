#include "daemon/mcp/tools.h"

#include <algorithm>
#include <array>

#include <boost/json.hpp>

#include "daemon/mcp/tool_calls.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;
using policy::Right;

constexpr std::string_view ask_input = R"({
  "type": "object",
  "properties": {
    "question": {"type": "string", "description": "The question, in words that stand alone."},
    "urls": {"type": "array", "items": {"type": "string"},
             "description": "Pages to read for it. Without any, pages are looked for."},
    "search_domain_filter": {"type": "array", "items": {"type": "string"},
                             "description": "Host names to read from; a leading - leaves one out."},
    "max_age": {"type": "integer", "minimum": 0,
                "description": "Seconds: sources older than that are confirmed before they are used."},
    "offline": {"type": "boolean", "default": false,
                "description": "Nothing is fetched: the answer stands on the cache alone."}
  },
  "required": ["question"],
  "additionalProperties": false
})";

constexpr std::string_view ask_output = R"({
  "type": "object",
  "properties": {
    "answer": {"type": "string"},
    "citations": {"type": "array", "items": {"type": "object", "properties": {
      "start_index": {"type": "integer"}, "end_index": {"type": "integer"},
      "url": {"type": "string"}, "title": {"type": "string"}}, "required": ["url"]}},
    "sources": {"type": "array", "items": {"type": "object", "properties": {
      "url": {"type": "string"}, "title": {"type": "string"}}, "required": ["url"]}},
    "notices": {"type": "array", "items": {"type": "object"}}
  },
  "required": ["answer", "citations", "sources", "notices"]
})";

constexpr std::string_view search_input = R"({
  "type": "object",
  "properties": {
    "query": {"type": "string", "description": "Words, as for a search engine."},
    "max_results": {"type": "integer", "minimum": 1, "maximum": 20, "default": 10},
    "time_range": {"type": "string", "enum": ["day", "week", "month", "year"],
                   "description": "Leaves out what says that it was published before."}
  },
  "required": ["query"],
  "additionalProperties": false
})";

constexpr std::string_view search_output = R"({
  "type": "object",
  "properties": {
    "results": {"type": "array", "items": {"type": "object", "properties": {
      "url": {"type": "string"}, "title": {"type": "string"}, "content": {"type": "string"},
      "published": {"type": "string"}, "engine": {"type": "string"}},
      "required": ["url", "title", "content"]}},
    "unresponsive_engines": {"type": "array", "items": {"type": "array"}}
  },
  "required": ["results", "unresponsive_engines"]
})";

constexpr std::string_view fetch_input = R"({
  "type": "object",
  "properties": {
    "url": {"type": "string", "description": "The page's URL."},
    "max_length": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 5000,
                   "description": "At most so many characters of its text."},
    "start_index": {"type": "integer", "minimum": 0, "default": 0,
                    "description": "Text from this character on: where an earlier call was cut."},
    "raw": {"type": "boolean", "default": false,
            "description": "The text as it is stored, without Markdown's marks. Markup is never given."}
  },
  "required": ["url"],
  "additionalProperties": false
})";

constexpr std::string_view show_input = R"({
  "type": "object",
  "properties": {
    "url": {"type": "string", "description": "A stored page's URL, or collection:NAME/PATH."},
    "version": {"type": "integer", "minimum": 1, "description": "A past version; without it the current one."},
    "max_length": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 5000},
    "start_index": {"type": "integer", "minimum": 0, "default": 0}
  },
  "required": ["url"],
  "additionalProperties": false
})";

constexpr std::string_view page_output = R"({
  "type": "object",
  "properties": {
    "url": {"type": "string"}, "title": {"type": "string"}, "content": {"type": "string"},
    "start_index": {"type": "integer"}, "end_index": {"type": "integer"},
    "total_length": {"type": "integer"}, "version": {"type": "integer"},
    "retrieved_at": {"type": "string"}, "fresh_until": {"type": "string"}
  },
  "required": ["url", "title", "content", "start_index", "end_index", "total_length"]
})";

constexpr std::array<Tool, 4> tools{{
    {"ask", "Ask a question",
     "Answers a question with a local model that reads the web for it where it has to. Every "
     "citation was checked against the stored page. May take minutes.",
     ask_input, ask_output, Right::ask, ask_request, ask_output_of},
    {"search", "Search",
     "Finds pages: those that the configured search providers name, and stored pages that are "
     "still fresh. Gives addresses and excerpts; read a page with fetch.",
     search_input, search_output, Right::search, search_request, search_output_of},
    {"fetch", "Read a page",
     "Reads one page of the web as Markdown: from the cache while it is fresh, else from its "
     "server, within the host's policy. Long pages come in parts.",
     fetch_input, page_output, Right::fetch, fetch_request, fetch_output_of},
    {"show", "Show a stored page",
     "Shows a page as it is stored, or a past version of it. Nothing is fetched.", show_input,
     page_output, Right::show, show_request, show_output_of},
}};

}  // namespace

std::span<const Tool> mcp_tools() {
  return tools;
}

const Tool* find_tool(std::string_view name) {
  const auto* const found = std::ranges::find(tools, name, &Tool::name);
  return found == tools.end() ? nullptr : found;
}

json::object tool_json(const Tool& tool) {
  return {{"name", tool.name},
          {"title", tool.title},
          {"description", tool.description},
          {"inputSchema", json::parse(tool.input)},
          {"outputSchema", json::parse(tool.output)},
          {"annotations",
           {{"readOnlyHint", true},
            {"idempotentHint", true},
            {"openWorldHint", tool.right != Right::show}}}};
}

}  // namespace seekd::daemon
