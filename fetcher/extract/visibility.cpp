#include "fetcher/extract/visibility.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "fetcher/extract/furniture.h"

namespace seekd::fetcher {
namespace {

constexpr std::size_t prose_bytes_min = 25;  // of a text node outside links
// What holds this much of the page's prose is no furniture, whatever it is called.
constexpr double wrapper_share = 0.35;

bool hidden_tag(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_EMBED:
    case GUMBO_TAG_CANVAS:
    case GUMBO_TAG_VIDEO:
    case GUMBO_TAG_AUDIO:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_BUTTON:
    case GUMBO_TAG_LABEL:
    case GUMBO_TAG_SELECT:
    case GUMBO_TAG_OPTION:
    case GUMBO_TAG_DATALIST:
    case GUMBO_TAG_TEXTAREA:
    case GUMBO_TAG_NOFRAMES:
    case GUMBO_TAG_NOEMBED:
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
  if (node.tag == GUMBO_TAG_HTML || node.tag == GUMBO_TAG_BODY) return false;
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

// Bytes of shown prose in the nodes before each, and, last, in all.
std::vector<std::uint32_t> prose_before(std::span<const HtmlNode> nodes,
                                        std::span<const Visibility> judged) {
  std::vector<std::uint32_t> before(nodes.size() + 1, 0);
  std::vector<bool> in_link(nodes.size(), false);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    in_link[i] = in_link[nodes[i].parent] || nodes[i].tag == GUMBO_TAG_A;
    const bool prose = nodes[i].is_text() && judged[i] != Visibility::hidden && !in_link[i] &&
                       nodes[i].text.size() >= prose_bytes_min;
    before[i + 1] = before[i] + (prose ? static_cast<std::uint32_t>(nodes[i].text.size()) : 0);
  }
  return before;
}

}  // namespace

bool style_hides(std::string_view style) {
  if (style.empty()) return false;
  std::string text;  // without white space, lower case
  for (const char c : style) {
    if (static_cast<unsigned char>(c) > ' ')
      text += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
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

std::vector<Visibility> judge_hidden(const HtmlTree& tree) {
  const auto nodes = tree.nodes();
  std::vector<Visibility> judged(nodes.size(), Visibility::content);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    judged[i] = judged[nodes[i].parent];
    if (!nodes[i].is_text() && hidden_element(nodes[i])) judged[i] = Visibility::hidden;
  }
  return judged;
}

std::vector<Visibility> judge_visibility(const HtmlTree& tree) {
  const auto nodes = tree.nodes();
  std::vector<Visibility> judged = judge_hidden(tree);
  const std::vector<std::uint32_t> prose = prose_before(nodes, judged);
  const auto share = [&](std::size_t i) {
    return static_cast<double>(prose[nodes[i].end] - prose[i]) / std::max(prose.back(), 1U);
  };
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    judged[i] = std::max(judged[i], judged[nodes[i].parent]);
    if (nodes[i].is_text() || judged[i] >= Visibility::furniture) continue;
    const Furniture furniture = judge_furniture(nodes[i]);
    if (furniture == Furniture::comments) {
      judged[i] = Visibility::comments;
    } else if (furniture == Furniture::other && share(i) < wrapper_share) {
      judged[i] = Visibility::furniture;
    }
  }
  return judged;
}

}  // namespace seekd::fetcher
