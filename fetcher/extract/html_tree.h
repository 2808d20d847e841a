// HTML text as a flat tree: gumbo's parse (the WHATWG algorithm) behind limits that hold for any
// input.
//
// gumbo has no limits of its own: its open elements are searched per tag, and it frees recursively,
// so that nesting costs quadratic time or the stack. Here it allocates from an arena that is
// dropped whole, and is left (longjmp out of the allocator) when its open elements or its memory
// pass their limit. The nodes are in document order, so that everything after the parse is a loop
// over an array. Comments, and what scripts (but JSON-LD), style sheets
// and drawings (svg) hold, are not in the tree.
//
// An HtmlTree is immutable: any thread may read it. It refers to nothing outside itself.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <gumbo.h>

#include "policy/result.h"

namespace seekd::fetcher {

class GumboArena;
struct CutText;

struct HtmlNode {
  GumboTag tag = GUMBO_TAG_UNKNOWN;         // GUMBO_TAG_LAST: a text node
  std::uint32_t parent = 0;                 // index; the root is its own parent
  std::uint32_t end = 0;                    // index one past the last descendant
  std::string_view text;                    // of a text node, character references resolved
  const GumboVector* attributes = nullptr;  // of GumboAttribute; null for a text node

  bool is_text() const { return tag == GUMBO_TAG_LAST; }
};

class HtmlTree {
 public:
  // The largest capacity of gumbo's stack of open elements, which grows by doubling from 10.
  static constexpr std::size_t open_elements_max = 640;
  static constexpr std::size_t arena_bytes_max = 128 << 20;

  // `utf8` is valid UTF-8. Errors: too_large (nesting, elements, tags or attributes; the message
  // says which).
  static Result<HtmlTree> parse(std::string_view utf8);

  HtmlTree(HtmlTree&&) noexcept;
  HtmlTree& operator=(HtmlTree&&) noexcept;
  ~HtmlTree();

  // Document order; never empty, the first is <html>.
  std::span<const HtmlNode> nodes() const { return nodes_; }

 private:
  HtmlTree();
  static Result<std::optional<HtmlTree>> parse_confirmed(const CutText& cut);

  std::unique_ptr<GumboArena> arena_;
  std::vector<HtmlNode> nodes_;
};

// Names are lower case. "" for an absent attribute and for an empty one.
std::string_view attribute(const HtmlNode& node, std::string_view name);
bool has_attribute(const HtmlNode& node, std::string_view name);

}  // namespace seekd::fetcher
