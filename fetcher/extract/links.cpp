#include "fetcher/extract/links.h"

#include <string>
#include <unordered_set>

#include "fetcher/extract/visibility.h"
#include "policy/page_text_guard.h"

namespace seekd::fetcher {
namespace {

constexpr std::size_t references_max = 10'000;  // looked at; a page of bad links must end, too
constexpr std::size_t anchor_bytes_max = 300;

// The anchor's text on one line; an image stands for its alternative text.
std::string anchor_text(std::span<const HtmlNode> nodes, std::size_t anchor) {
  std::string text;
  bool space = false;
  const auto add = [&](std::string_view part) {
    for (const char c : part) {
      const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
      if (!blank && space && !text.empty()) text += ' ';
      space = blank;
      if (!blank) text += c;
    }
  };
  for (std::size_t i = anchor + 1; i < nodes[anchor].end && text.size() < anchor_bytes_max; ++i) {
    add(nodes[i].is_text() ? nodes[i].text : attribute(nodes[i], "alt"));
  }
  return policy::visible_text(text.substr(0, anchor_bytes_max));
}

Result<policy::Url> resolve(const std::optional<policy::Url>& base, std::string_view href) {
  return base ? policy::resolve_reference(*base, href) : policy::parse_url(href);
}

}  // namespace

std::optional<policy::Url> base_url(const HtmlTree& tree, const std::optional<policy::Url>& page) {
  for (const HtmlNode& node : tree.nodes()) {
    if (node.tag != GUMBO_TAG_BASE || !has_attribute(node, "href")) continue;
    const Result<policy::Url> base = resolve(page, attribute(node, "href"));
    return base ? std::optional(*base) : page;
  }
  return page;
}

std::vector<Link> extract_links(const HtmlTree& tree, const std::optional<policy::Url>& base) {
  const auto nodes = tree.nodes();
  const std::vector<bool> hidden = hidden_nodes(tree);
  std::vector<Link> links;
  std::unordered_set<std::string> seen;
  std::size_t references = 0;
  for (std::size_t i = 0; i < nodes.size() && links.size() < links_max; ++i) {
    const bool anchor = nodes[i].tag == GUMBO_TAG_A || nodes[i].tag == GUMBO_TAG_AREA;
    if (!anchor || hidden[i]) continue;
    const std::string_view href = attribute(nodes[i], "href");
    if (href.empty() || href.starts_with('#')) continue;
    if (++references > references_max) break;
    const Result<policy::Url> url = resolve(base, href);
    if (url && seen.insert(url->text()).second)
      links.push_back({url->text(), anchor_text(nodes, i)});
  }
  return links;
}

}  // namespace seekd::fetcher
