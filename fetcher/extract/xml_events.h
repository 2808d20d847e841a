// XML as events, by expat, with everything switched off that reaches beyond the text: a document
// that declares entities is refused before the first is used, a DTD is never loaded, and what
// only a DTD could define (`&nbsp;`) is handed on as it is written, for HTML knows it.
//
// Pure but for memory; any thread. Errors: invalid_argument (not well-formed; names the line),
// too_large (depth, an attribute, a document that declares entities).
#pragma once

#include <span>
#include <string_view>

#include "policy/result.h"

namespace seekd::fetcher {

inline constexpr std::size_t xml_depth_max = 256;
inline constexpr std::size_t xml_attribute_bytes_max = 64 << 10;

struct XmlAttribute {
  std::string_view name;
  std::string_view value;
};

// Names are as written, prefix included: feeds are too careless with namespaces to be held to them.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;

  enum class Next : bool { more, stop };
  virtual Next open(std::string_view name, std::span<const XmlAttribute> attributes) = 0;
  virtual void text(std::string_view text) = 0;  // in pieces
  virtual Next close(std::string_view name) = 0;
};

std::string_view attribute(std::span<const XmlAttribute> attributes, std::string_view name);

// `utf8` is valid UTF-8, whatever its XML declaration says. A handler that says stop ends it
// without an error.
Status read_xml_events(std::string_view utf8, XmlHandler& handler);

}  // namespace seekd::fetcher
