// The four fields of a page's JSON-LD that its metadata may need.
//
// Pure; any thread. https://www.w3.org/TR/json-ld11/#embedding-json-ld-in-html-documents,
// schema.org/Article.
#pragma once

#include <string>
#include <string_view>

namespace seekd::fetcher {

struct JsonLd {
  std::string headline;
  std::string author;
  std::string published;
  std::string modified;
};

// Fills the fields of `found` that are still empty from the text of one script element. Text that
// is not JSON, or is larger or nested deeper than the limits, is left out.
void read_json_ld(std::string_view script, JsonLd& found);

}  // namespace seekd::fetcher
