// What a page's JSON-LD says of the page.
//
// Pure; any thread. https://www.w3.org/TR/json-ld11/#embedding-json-ld-in-html-documents,
// schema.org/Article.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace seekd::fetcher {

struct JsonLd {
  std::string headline;
  std::string author;
  std::string published;
  std::string modified;
  std::string text;                // article bodies and descriptions, a line each, at most 64 KiB
  std::vector<std::string> types;  // of all objects (schema.org), at most 50
};

// Adds to `found`, where a field is still empty, what the text of one script element says. Text
// that is not JSON, or is larger or nested deeper than the limits, is left out.
void read_json_ld(std::string_view script, JsonLd& found);

}  // namespace seekd::fetcher
