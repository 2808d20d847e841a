// HTML text as a flat tree: the WHATWG parse (html/) behind limits that hold for any input.
//
// The nodes are in document order, so that everything after the parse is a loop over an array.
// Comments, and what drawings (svg) hold, are not in the tree.
//
// An HtmlTree is immutable: any thread may read it. It refers to nothing outside itself.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fetcher/extract/html/tag.h"
#include "fetcher/extract/html/token.h"
#include "policy/result.h"

namespace seekd::fetcher {

struct HtmlNode {
  HtmlTag tag = HtmlTag::unknown;
  bool hidden = false;       // from readers, it or what it stands in (visibility.h)
  std::uint32_t parent = 0;  // index; the root is its own parent
  std::uint32_t end = 0;     // index one past the last descendant
  std::string_view text{};   // of a text node, character references resolved
  std::span<const HtmlAttribute> attributes{};  // of an element

  bool is_text() const { return tag == HtmlTag::text; }
};

class HtmlTree {
 public:
  // `utf8` is valid UTF-8. Errors: too_large (nesting, nodes, tags or attributes; the message says
  // which: html/parse_limits.h).
  static Result<HtmlTree> parse(std::string utf8);

  HtmlTree(HtmlTree&&) noexcept;
  HtmlTree& operator=(HtmlTree&&) noexcept;
  ~HtmlTree();

  // Document order; never empty, the first is <html>.
  std::span<const HtmlNode> nodes() const { return nodes_; }

 private:
  struct Storage;

  explicit HtmlTree(std::string utf8);

  std::unique_ptr<Storage> storage_;
  std::vector<HtmlNode> nodes_;
};

// Names are lower case. "" for an absent attribute and for an empty one.
std::string_view attribute(const HtmlNode& node, std::string_view name);
bool has_attribute(const HtmlNode& node, std::string_view name);

}  // namespace seekd::fetcher
