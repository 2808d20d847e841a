#include "fetcher/extract/text_blocks.h"

#include <string>
#include <string_view>

#include "fetcher/extract/text_context.h"
#include "policy/page_text_guard.h"

namespace seekd::fetcher {
namespace {

class BlockReader {
 public:
  explicit BlockReader(const HtmlTree& tree) : nodes_(tree.nodes()), contexts_(nodes_.size()) {}

  std::vector<TextBlock> read() {
    for (std::uint32_t i = 0; i < nodes_.size();) {
      if (nodes_[i].hidden) {
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
    if (index > 0) contexts_[index] = contexts_[node.parent];
    if (!node.is_text()) contexts_[index] = enter_element(nodes_, index, contexts_[index]);
    if (node.is_text()) {
      add_text(index);
    } else if (node.tag == HtmlTag::br) {
      add_break();
    } else if (is_block_element(node.tag)) {
      boundary(index);
      open_.push_back(index);
    }
  }

  const TextContext& context(std::uint32_t index) const { return contexts_[index]; }

  // The edge of a block element: a new block of text, but inside a row or code.
  void boundary(std::uint32_t index) {
    const TextContext& c = context(index);
    if (c.whole == 0 || c.whole == index) {
      flush();
    } else if (c.kind == BlockKind::code) {
      if (!text_.empty() && text_.back() != '\n') text_ += '\n';
    } else if (nodes_[index].tag == HtmlTag::td || nodes_[index].tag == HtmlTag::th) {
      cell_ended_ = cell_ended_ || !text_.empty();
    } else {
      space_ = true;
    }
  }

  void add_break() {
    if (text_.empty()) return;
    if (context_.whole != 0 && context_.kind == BlockKind::table_row) {
      space_ = true;
    } else if (text_.back() == '\n' && context_.kind != BlockKind::code) {
      flush();
    } else {
      text_ += '\n';
      space_ = false;
    }
  }

  void add_text(std::uint32_t index) {
    const TextContext& c = context(index);
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
  std::vector<TextContext> contexts_;  // one per node
  std::vector<std::uint32_t> open_;    // block elements, outermost first

  // The block that is being read.
  std::string text_;
  TextContext context_;
  std::uint32_t node_ = 0;
  std::size_t link_bytes_ = 0;
  bool space_ = false;       // white space stands before the next character
  bool cell_ended_ = false;  // of a table row

  std::vector<TextBlock> blocks_;
};

}  // namespace

std::vector<TextBlock> read_blocks(const HtmlTree& tree) {
  return BlockReader(tree).read();
}

}  // namespace seekd::fetcher
