#include "fetcher/extract/links.h"

#include <string>
#include <unordered_set>

#include "policy/page_text_guard.h"

namespace seekd::fetcher {
namespace {

constexpr std::size_t references_max = 10'000;  // looked at; a page of bad links must end, too
constexpr std::size_t anchor_bytes_max = 300;
constexpr std::size_t places_max = 200;  // of the page itself; they must not crowd out the others

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

// Where a reference points: an http or https URL, a mail address, or a place in the page itself.
// "" for what is none of them.
std::string address(const std::optional<policy::Url>& base, std::string_view href) {
  if (href.starts_with("mailto:")) return std::string(href.substr(0, href.find('?')));
  if (href.starts_with('#')) return base ? base->text().append(href) : std::string();
  const Result<policy::Url> url = resolve(base, href);
  return url ? url->text() : std::string();
}

}  // namespace

std::optional<policy::Url> base_url(const HtmlTree& tree, const std::optional<policy::Url>& page) {
  for (const HtmlNode& node : tree.nodes()) {
    if (node.tag != HtmlTag::base || !has_attribute(node, "href")) continue;
    const Result<policy::Url> base = resolve(page, attribute(node, "href"));
    return base ? std::optional(*base) : page;
  }
  return page;
}

std::vector<Link> extract_links(const HtmlTree& tree, const std::optional<policy::Url>& base) {
  const auto nodes = tree.nodes();
  std::vector<Link> links;
  std::unordered_set<std::string> seen;  // address and words
  std::size_t references = 0;
  std::size_t places = 0;
  for (std::size_t i = 0; i < nodes.size() && links.size() < links_max; ++i) {
    const bool anchor = nodes[i].tag == HtmlTag::a || nodes[i].tag == HtmlTag::area;
    if (!anchor || nodes[i].hidden) continue;
    const std::string_view href = attribute(nodes[i], "href");
    const bool place = href.starts_with('#');
    if (href.empty() || (place && ++places > places_max)) continue;
    if (++references > references_max) break;
    Link link{address(base, href), anchor_text(nodes, i)};
    if (link.url.empty()) continue;
    const bool is_new = seen.insert(link.url + ' ' + link.text).second;
    if (is_new || place) links.push_back(std::move(link));
  }
  return links;
}

}  // namespace seekd::fetcher
