// Which bodies become pages: a Content-Type of the allow list whose first bytes do not say
// otherwise.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace seekd::fetcher {

enum class PageFormat : std::uint8_t {
  html,        // text/html, application/xhtml+xml
  plain_text,  // text/plain
  markdown,    // text/markdown
  json,        // application/json and its kin; a JSON Feed
  xml,         // RSS, Atom, sitemaps; what else XML carries is refused when it is read
  pdf,         // application/pdf
};

// "text/html" of "Text/HTML; charset=utf-8".
std::string media_type(std::string_view content_type);

// nullopt: not on the list, an absent type included. Parameters do not matter here.
std::optional<PageFormat> page_format(std::string_view content_type);

// The name of the format that the first bytes show where it is none of text ("PDF", "ZIP", "binary
// data", …).
std::optional<std::string_view> foreign_format(std::string_view body);

// What the first bytes are where they are not of `format`. Zeroes are no contradiction to a
// `content_type` that says UTF-16.
std::optional<std::string_view> contradiction(PageFormat format, std::string_view body,
                                              std::string_view content_type);

// RFC 1952. Only sitemaps and feeds may be so, and are then judged by what they hold.
bool is_gzip(std::string_view body);

// Feeds that are served as HTML or as text are feeds all the same (WHATWG MIME Sniffing §7.3).
PageFormat settled_format(PageFormat format, std::string_view body);

// Where nobody names a type: by the first bytes alone, HTML where they say nothing.
PageFormat guessed_format(std::string_view body);

}  // namespace seekd::fetcher
