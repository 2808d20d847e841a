#include "fetcher/extract/visibility.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

namespace seekd::fetcher {
namespace {

bool hidden_tag(HtmlTag tag) {
  switch (tag) {
    case HtmlTag::head:
    case HtmlTag::script:
    case HtmlTag::style:
    case HtmlTag::template_:
    case HtmlTag::iframe:
    case HtmlTag::object:
    case HtmlTag::embed:
    case HtmlTag::canvas:
    case HtmlTag::video:
    case HtmlTag::audio:
    case HtmlTag::svg:
    case HtmlTag::select:
    case HtmlTag::option:
    case HtmlTag::datalist:
    case HtmlTag::textarea:
    case HtmlTag::noframes:
    case HtmlTag::noembed:
      return true;
    default:
      return false;
  }
}

bool screen_reader_only(std::string_view classes) {
  return classes.contains("sr-only") || classes.contains("visually-hidden") ||
         classes.contains("screen-reader-text");
}

// React sends the late parts of a page hidden, and a script moves them to their place at once.
bool streamed_part(const HtmlNode& node) {
  return attribute(node, "id").starts_with("S:");
}

bool hidden_element(const HtmlNode& node) {
  if (hidden_tag(node.tag)) return true;
  // Many pages hide themselves until a script has measured who is reading.
  if (node.tag == HtmlTag::html || node.tag == HtmlTag::body) return false;
  if (has_attribute(node, "hidden")) return !streamed_part(node);
  return attribute(node, "aria-hidden") == "true" || style_hides(attribute(node, "style")) ||
         screen_reader_only(attribute(node, "class"));
}

// The number of a declaration like "width:0px": true when it is zero.
bool is_zero(std::string_view value) {
  if (!value.starts_with('0')) return false;
  return value.find_first_of("123456789") == std::string_view::npos;
}

bool declaration_hides(std::string_view property, std::string_view value) {
  if (property == "display") return value.starts_with("none");
  if (property == "visibility") return value.starts_with("hidden") || value.starts_with("collapse");
  if (property == "font-size" || property == "max-height" || property == "max-width" ||
      property == "height" || property == "width") {
    return is_zero(value);
  }
  return false;
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

// CSS Syntax §4.3.7: up to six hexadecimal digits and one white space, or the character itself.
// Nothing but ASCII is of use to a property's name or keyword.
char unescape(std::string_view style, std::size_t& at) {
  std::size_t digits = 0;
  while (digits < 6 && at + digits < style.size() && is_hex(style[at + digits])) ++digits;
  if (digits == 0) return at < style.size() ? style[at++] : ' ';
  unsigned code = 0;
  std::from_chars(style.data() + at, style.data() + at + digits, code, 16);
  at += digits;
  if (at < style.size() && static_cast<unsigned char>(style[at]) <= ' ') ++at;
  return code < 0x80 ? static_cast<char>(code) : '?';
}

// Without comments, escapes and white space, in lower case.
std::string plain_css(std::string_view style) {
  std::string text;
  for (std::size_t at = 0; at < style.size();) {
    if (style.substr(at).starts_with("/*")) {
      at = std::min(style.find("*/", at + 2), style.size() - 2) + 2;
      continue;
    }
    char c = style[at++];
    if (c == '\\') c = unescape(style, at);
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    if (static_cast<unsigned char>(c) > ' ') text += c;
  }
  return text;
}

}  // namespace

bool style_hides(std::string_view style) {
  const std::string text = plain_css(style);
  const std::string_view all = text;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find(';', at), all.size());
    const std::string_view declaration = all.substr(at, end - at);
    const std::size_t colon = declaration.find(':');
    if (colon != std::string_view::npos &&
        declaration_hides(declaration.substr(0, colon), declaration.substr(colon + 1))) {
      return true;
    }
    at = end + 1;
  }
  return false;
}

void mark_hidden(std::span<HtmlNode> nodes) {
  for (HtmlNode& node : nodes) {
    node.hidden = nodes[node.parent].hidden || (!node.is_text() && hidden_element(node));
  }
}

}  // namespace seekd::fetcher
