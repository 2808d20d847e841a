#include <algorithm>
#include <optional>

#include "fetcher/extract/charset.h"
#include "fetcher/extract/html_tree.h"
#include "fetcher/worker/search/custom.h"
#include "policy/selector.h"

namespace seekd::fetcher {
namespace {

using policy::Selector;

bool has_class(std::string_view classes, std::string_view wanted) {
  while (!classes.empty()) {
    const std::size_t end = std::min(classes.find_first_of(" \t\n\f\r"), classes.size());
    if (classes.substr(0, end) == wanted) return true;
    classes.remove_prefix(std::min(end + 1, classes.size()));
  }
  return false;
}

bool matches(const HtmlNode& node, const Selector::Compound& compound) {
  if (node.is_text()) return false;
  if (!compound.tag.empty() && name_of(node.tag) != compound.tag) return false;
  if (!compound.id.empty() && attribute(node, "id") != compound.id) return false;
  const std::string_view classes = attribute(node, "class");
  return std::ranges::all_of(compound.classes,
                             [&](const std::string& name) { return has_class(classes, name); });
}

// Selectors §16.1: each compound but the last matches an ancestor of what the next one matches.
bool matches(std::span<const HtmlNode> nodes, std::uint32_t node, const Selector& selector) {
  const auto& compounds = selector.compounds;
  if (!matches(nodes[node], compounds.back())) return false;
  std::size_t left = compounds.size() - 1;
  while (left > 0 && nodes[node].parent != node) {
    node = nodes[node].parent;
    if (matches(nodes[node], compounds[left - 1])) --left;
  }
  return left == 0;
}

std::string text_within(std::span<const HtmlNode> nodes, std::uint32_t node) {
  std::string text;
  for (std::uint32_t i = node; i < nodes[node].end; ++i) {
    if (nodes[i].is_text() && !nodes[i].hidden) text.append(nodes[i].text).append(" ");
  }
  return text;
}

// What the first element within `result`, or it itself, that the selector matches says.
std::string said(std::span<const HtmlNode> nodes, std::uint32_t result,
                 const std::optional<Selector>& selector) {
  if (!selector) return "";
  for (std::uint32_t i = result; i < nodes[result].end; ++i) {
    if (!matches(nodes, i, *selector)) continue;
    if (selector->attribute.empty()) return text_within(nodes, i);
    return std::string(attribute(nodes[i], selector->attribute));
  }
  return "";
}

std::optional<Selector> selector_of(const std::string& written) {
  auto selector = policy::parse_selector(written);
  return selector ? std::optional(*std::move(selector)) : std::nullopt;
}

}  // namespace

Result<SearchContent> read_custom_html(const SearchAnswer& answer, const SearchAsked& asked) {
  const auto results = policy::parse_selector(asked.places.results);
  if (!results) return std::unexpected(results.error());
  const auto charset = detect_charset(answer.body, answer.content_type, DeclaredIn::html);
  const Result<HtmlTree> tree = HtmlTree::parse(decode(answer.body, charset));
  if (!tree) return std::unexpected(tree.error());
  const auto url = selector_of(asked.places.url), title = selector_of(asked.places.title),
             snippet = selector_of(asked.places.snippet),
             published = selector_of(asked.places.published);
  const std::span<const HtmlNode> nodes = tree->nodes();
  SearchContent content;
  for (std::uint32_t i = 0; i < nodes.size() && content.hits.size() < asked.results_max; ++i) {
    if (!matches(nodes, i, *results)) continue;
    add_hit({said(nodes, i, url), said(nodes, i, title), said(nodes, i, snippet),
             said(nodes, i, published)},
            asked, content);
  }
  return content;
}

}  // namespace seekd::fetcher
