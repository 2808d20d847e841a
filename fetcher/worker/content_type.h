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
  plain_text,  // text/plain, text/markdown
};

// "text/html" of "Text/HTML; charset=utf-8".
std::string media_type(std::string_view content_type);

// nullopt: not on the list, an absent type included. Parameters do not matter here.
std::optional<PageFormat> page_format(std::string_view content_type);

// The name of the format that the first bytes show where it is none of text ("PDF", "ZIP", "binary
// data", …).
std::optional<std::string_view> foreign_format(std::string_view body);

}  // namespace seekd::fetcher
