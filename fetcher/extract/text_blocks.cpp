#include "fetcher/extract/text_blocks.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "policy/page_text_guard.h"

namespace seekd::fetcher {
namespace {

constexpr std::uint8_t list_level_max = 20;
constexpr std::size_t data_cell_bytes_max = 1000;
constexpr std::uint32_t none = 0;  // the root is never a row or a code block

// What a node inherits from its ancestors.
struct Context {
  BlockKind kind = BlockKind::paragraph;
  std::uint8_t level = 0;
  std::uint8_t list_depth = 0;
  bool in_link = false;
  bool in_layout_table = false;  // of the innermost table
  std::uint32_t whole =
      none;  // the table row or <pre> that is one block, however it is built inside
};

std::uint8_t heading_level(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_H1:
      return 1;
    case GUMBO_TAG_H2:
      return 2;
    case GUMBO_TAG_H3:
      return 3;
    case GUMBO_TAG_H4:
      return 4;
    case GUMBO_TAG_H5:
      return 5;
    case GUMBO_TAG_H6:
      return 6;
    default:
      return 0;
  }
}

// A table that lays out a page: it holds another table, headings or long texts, or has no row of
// two cells.
bool is_layout_table(std::span<const HtmlNode> nodes, std::uint32_t table) {
  bool two_cells = false;
  std::size_t cell_bytes = 0;
  for (std::uint32_t i = table + 1; i < nodes[table].end; ++i) {
    const GumboTag tag = nodes[i].tag;
    if (tag == GUMBO_TAG_TABLE || heading_level(tag) != 0) return true;
    cell_bytes += nodes[i].text.size();
    if (cell_bytes > data_cell_bytes_max) return true;
    if (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH) {
      const bool followed = nodes[i].end < nodes[nodes[i].parent].end;
      two_cells = two_cells || followed;
      cell_bytes = 0;
    }
  }
  return !two_cells;
}

class BlockReader {
 public:
  BlockReader(const HtmlTree& tree, std::span<const Visibility> visibility, Visibility shown)
      : nodes_(tree.nodes()), visibility_(visibility), shown_(shown), contexts_(nodes_.size()) {}

  std::vector<TextBlock> read() {
    for (std::uint32_t i = 0; i < nodes_.size();) {
      if (visibility_[i] > shown_) {
        i = nodes_[i].end;
        continue;
      }
      leave_up_to(i);
      enter(i);
      ++i;
    }
    flush();
    return std::move(blocks_);
  }

 private:
  // Block elements that end before `next` end their block of text.
  void leave_up_to(std::uint32_t next) {
    while (!open_.empty() && nodes_[open_.back()].end <= next) {
      boundary(open_.back());
      open_.pop_back();
    }
  }

  void enter(std::uint32_t index) {
    const HtmlNode& node = nodes_[index];
    contexts_[index] = inherit(index);
    if (node.is_text()) {
      add_text(index);
    } else if (node.tag == GUMBO_TAG_BR) {
      add_break();
    } else if (is_block_element(node.tag)) {
      boundary(index);
      open_.push_back(index);
    }
  }

  const Context& context(std::uint32_t index) const { return contexts_[index]; }

  Context inherit(std::uint32_t index) {
    const HtmlNode& node = nodes_[index];
    Context c = index == 0 ? Context{} : context(node.parent);
    if (node.is_text()) return c;
    if (const std::uint8_t level = heading_level(node.tag); level != 0) {
      c.kind = BlockKind::heading;
      c.level = level;
      return c;
    }
    switch (node.tag) {
      case GUMBO_TAG_A:
        c.in_link = c.in_link || has_attribute(node, "href");
        break;
      case GUMBO_TAG_UL:
      case GUMBO_TAG_OL:
      case GUMBO_TAG_DL:
        c.list_depth = std::min<std::uint8_t>(c.list_depth + 1, list_level_max);
        break;
      case GUMBO_TAG_LI:
      case GUMBO_TAG_DT:
      case GUMBO_TAG_DD:
        c.kind = BlockKind::list_item;
        c.level = std::max<std::uint8_t>(c.list_depth, 1);
        break;
      case GUMBO_TAG_BLOCKQUOTE:
        c.kind = BlockKind::quote;
        c.level = 0;
        break;
      case GUMBO_TAG_FIGCAPTION:
      case GUMBO_TAG_CAPTION:
        c.kind = BlockKind::caption;
        c.level = 0;
        break;
      case GUMBO_TAG_PRE:
        c.kind = BlockKind::code;
        c.level = 0;
        if (c.whole == none) c.whole = index;
        break;
      case GUMBO_TAG_TABLE:
        c.in_layout_table = is_layout_table(nodes_, index);
        break;
      case GUMBO_TAG_TR:
        if (!c.in_layout_table && c.whole == none) {
          c.kind = BlockKind::table_row;
          c.level = 0;
          c.whole = index;
        }
        break;
      default:
        break;
    }
    return c;
  }

  // The edge of a block element: a new block of text, but inside a row or code.
  void boundary(std::uint32_t index) {
    const Context& c = context(index);
    if (c.whole == none || c.whole == index) {
      flush();
    } else if (c.kind == BlockKind::code) {
      if (!text_.empty() && text_.back() != '\n') text_ += '\n';
    } else if (nodes_[index].tag == GUMBO_TAG_TD || nodes_[index].tag == GUMBO_TAG_TH) {
      cell_ended_ = cell_ended_ || !text_.empty();
    } else {
      space_ = true;
    }
  }

  void add_break() {
    if (text_.empty()) return;
    if (context_.whole != none && context_.kind == BlockKind::table_row) {
      space_ = true;
    } else if (text_.back() == '\n' && context_.kind != BlockKind::code) {
      flush();
    } else {
      text_ += '\n';
      space_ = false;
    }
  }

  void add_text(std::uint32_t index) {
    const Context& c = context(index);
    const std::size_t before = text_.size();
    if (c.kind == BlockKind::code) {
      begin_block(index);
      text_ += nodes_[index].text;
    } else {
      for (const char byte : nodes_[index].text) add_byte(byte, index);
    }
    if (c.in_link) link_bytes_ += text_.size() - before;
  }

  void add_byte(char byte, std::uint32_t index) {
    if (byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r' || byte == '\f') {
      space_ = true;
      return;
    }
    begin_block(index);
    if (cell_ended_) {
      text_ += " | ";
    } else if (space_ && !text_.empty() && text_.back() != '\n') {
      text_ += ' ';
    }
    cell_ended_ = space_ = false;
    text_ += byte;
  }

  void begin_block(std::uint32_t index) {
    if (!text_.empty()) return;
    context_ = context(index);
    node_ = index;
  }

  void flush() {
    std::string text = policy::visible_text(text_);
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    if (text.find_first_not_of(" \n\t") != std::string::npos) {
      blocks_.push_back({{context_.kind, context_.level, std::move(text)}, node_, link_bytes_});
    }
    text_.clear();
    link_bytes_ = 0;
    cell_ended_ = space_ = false;
  }

  std::span<const HtmlNode> nodes_;
  std::span<const Visibility> visibility_;
  Visibility shown_;
  std::vector<Context> contexts_;    // one per node
  std::vector<std::uint32_t> open_;  // block elements, outermost first

  // The block that is being read.
  std::string text_;
  Context context_;
  std::uint32_t node_ = 0;
  std::size_t link_bytes_ = 0;
  bool space_ = false;       // white space stands before the next character
  bool cell_ended_ = false;  // of a table row

  std::vector<TextBlock> blocks_;
};

}  // namespace

bool is_block_element(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_A:
    case GUMBO_TAG_ABBR:
    case GUMBO_TAG_ACRONYM:
    case GUMBO_TAG_B:
    case GUMBO_TAG_BDI:
    case GUMBO_TAG_BDO:
    case GUMBO_TAG_BIG:
    case GUMBO_TAG_CITE:
    case GUMBO_TAG_CODE:
    case GUMBO_TAG_DATA:
    case GUMBO_TAG_DEL:
    case GUMBO_TAG_DFN:
    case GUMBO_TAG_EM:
    case GUMBO_TAG_FONT:
    case GUMBO_TAG_I:
    case GUMBO_TAG_IMG:
    case GUMBO_TAG_INPUT:
    case GUMBO_TAG_INS:
    case GUMBO_TAG_KBD:
    case GUMBO_TAG_LABEL:
    case GUMBO_TAG_MARK:
    case GUMBO_TAG_NOBR:
    case GUMBO_TAG_Q:
    case GUMBO_TAG_RP:
    case GUMBO_TAG_RT:
    case GUMBO_TAG_RUBY:
    case GUMBO_TAG_S:
    case GUMBO_TAG_SAMP:
    case GUMBO_TAG_SMALL:
    case GUMBO_TAG_SPAN:
    case GUMBO_TAG_STRIKE:
    case GUMBO_TAG_STRONG:
    case GUMBO_TAG_SUB:
    case GUMBO_TAG_SUP:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_TIME:
    case GUMBO_TAG_TT:
    case GUMBO_TAG_U:
    case GUMBO_TAG_UNKNOWN:
    case GUMBO_TAG_VAR:
    case GUMBO_TAG_WBR:
      return false;
    default:
      return true;
  }
}

std::vector<TextBlock> read_blocks(const HtmlTree& tree, std::span<const Visibility> visibility,
                                   Visibility shown) {
  return BlockReader(tree, visibility, shown).read();
}

}  // namespace seekd::fetcher
