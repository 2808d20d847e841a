// The names that pages give charsets, and where they write them.
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace seekd::fetcher {

// ICU's name of the encoding behind a label (Encoding Standard §4.2): "latin1" is windows-1252,
// "gb2312" is GB18030. nullopt: no label, or one of an encoding that the standard replaces.
std::optional<std::string> charset_of_label(std::string_view label);

// What stands behind "charset=" in a content type.
std::optional<std::string> charset_parameter(std::string_view content_type);

// HTML §13.2.3.2, prescan: what a <meta> within the first 4 KiB says.
std::optional<std::string> meta_charset(std::string_view html);

// XML 1.0 §4.3.3: <?xml version="1.0" encoding="…"?>, in ASCII's bytes.
std::optional<std::string> xml_charset(std::string_view xml);

}  // namespace seekd::fetcher
