#include "fetcher/extract/html/tree_builder.h"

#include <algorithm>

#include "fetcher/extract/html/ascii.h"
#include "fetcher/extract/html/element_kinds.h"

namespace seekd::fetcher {

TreeBuilder::TreeBuilder(std::string_view html, std::pmr::memory_resource& memory)
    : memory_(memory),
      tokenizer_(html, memory, limits_),
      dom_(memory, limits_, html.size()),
      open_(dom_, limits_),
      formatting_(dom_, limits_) {}

Result<const Dom*> TreeBuilder::build() {
  while (!done_ && !limits_.passed()) {
    tokenizer_.allow_cdata(!open_.empty() && open_.current().space != Namespace::html);
    Token token = tokenizer_.next();
    if (skip_line_feed_ && token.kind == TokenKind::text && token.text.starts_with('\n')) {
      token.text.remove_prefix(1);
    }
    skip_line_feed_ = false;
    if (token.kind == TokenKind::text && token.text.empty()) continue;
    process(token);
  }
  if (limits_.passed()) return std::unexpected(limits_.error());
  return &dom_;
}

void TreeBuilder::process(Token& token) {
  if (is_foreign(token)) {
    in_foreign(token);
  } else {
    process_in_mode(token);
  }
}

void TreeBuilder::reprocess(Mode mode, Token& token) {
  mode_ = mode;
  process(token);
}

void TreeBuilder::process_in_mode(Token& token) {
  switch (mode_) {
    case Mode::initial:
      return initial(token);
    case Mode::before_html:
      return before_html(token);
    case Mode::before_head:
      return before_head(token);
    case Mode::in_head:
      return in_head(token);
    case Mode::in_head_noscript:
      return in_head_noscript(token);
    case Mode::after_head:
      return after_head(token);
    case Mode::in_body:
      return in_body(token);
    case Mode::text:
      return text(token);
    case Mode::in_table:
      return in_table(token);
    case Mode::in_table_text:
      return in_table_text(token);
    case Mode::in_caption:
      return in_caption(token);
    case Mode::in_column_group:
      return in_column_group(token);
    case Mode::in_table_body:
      return in_table_body(token);
    case Mode::in_row:
      return in_row(token);
    case Mode::in_cell:
      return in_cell(token);
    default:
      return process_late_mode(token);
  }
}

void TreeBuilder::process_late_mode(Token& token) {
  switch (mode_) {
    case Mode::in_select:
      return in_select(token);
    case Mode::in_select_in_table:
      return in_select_in_table(token);
    case Mode::in_template:
      return in_template_contents(token);
    case Mode::after_body:
      return after_body(token);
    case Mode::in_frameset:
      return in_frameset(token);
    case Mode::after_frameset:
      return after_frameset(token);
    case Mode::after_after_body:
      return after_after_body(token);
    default:
      return after_after_frameset(token);
  }
}

// §13.2.6.1, the appropriate place for inserting a node.
DomPlace TreeBuilder::place_in(NodeId target) const {
  if (fostering_ == Fostering::off || !dom_[target].is_in(fostering_tags))
    return {.parent = target};
  const std::size_t table = open_.find(HtmlTag::table);
  const std::size_t last_template = open_.find(HtmlTag::template_);
  if (last_template < open_.size() && (table == open_.size() || last_template > table))
    return {.parent = open_[last_template]};
  if (table == open_.size()) return {.parent = open_[0]};
  const NodeId parent = dom_[open_[table]].parent;
  if (parent != no_node) return {.parent = parent, .before = open_[table]};
  return {.parent = open_[table - 1]};
}

DomPlace TreeBuilder::place_for_node() const {
  return place_in(open_.back());
}

NodeId TreeBuilder::insert_element(const Token& token, Namespace space) {
  const NodeId element = dom_.add_element(token.name, space, token.attributes);
  dom_.insert(element, place_for_node());
  open_.push(element);
  return element;
}

NodeId TreeBuilder::insert_named(HtmlTag tag) {
  return insert_element({.kind = TokenKind::start_tag, .name = name_id(tag)});
}

void TreeBuilder::insert_void(const Token& token) {
  insert_element(token);
  open_.pop();
}

void TreeBuilder::insert_comment(const Token& token, NodeId parent) {
  dom_.insert(dom_.add_comment(token.text), {.parent = parent});
}

void TreeBuilder::insert_comment(const Token& token) {
  dom_.insert(dom_.add_comment(token.text), place_for_node());
}

void TreeBuilder::insert_text(std::string_view text) {
  if (!text.empty()) dom_.insert_text(text, place_for_node());
}

// §13.2.6.2
void TreeBuilder::insert_raw(const Token& token, TextModel model) {
  insert_element(token);
  tokenizer_.read_as(model, token.name);
  original_mode_ = mode_;
  mode_ = Mode::text;
}

std::string_view TreeBuilder::take_space(Token& token) {
  std::size_t size = 0;
  while (size < token.text.size() && is_html_space(token.text[size])) ++size;
  const std::string_view space = token.text.substr(0, size);
  token.text.remove_prefix(size);
  return space;
}

std::string_view TreeBuilder::without_nulls(std::string_view text) const {
  if (!text.contains('\0')) return text;
  auto* const copy = static_cast<char*>(memory_.allocate(text.size(), 1));
  const auto end = std::ranges::remove_copy(text, copy, '\0').out;
  return {copy, static_cast<std::size_t>(end - copy)};
}

// §13.2.4.1, to reset the insertion mode appropriately.
void TreeBuilder::reset_mode() {
  for (std::size_t place = open_.size(); place-- > 0;) {
    limits_.count_comparisons(1);
    const DomNode& node = dom_[open_[place]];
    if (node.space != Namespace::html) continue;
    const HtmlTag tag = tag_of(node.name);
    if (tag == HtmlTag::select) {
      mode_ = Mode::in_select;
      for (std::size_t above = place; above-- > 0;) {
        limits_.count_comparisons(1);
        if (dom_[open_[above]].is(HtmlTag::template_)) return;
        if (!dom_[open_[above]].is(HtmlTag::table)) continue;
        mode_ = Mode::in_select_in_table;
        return;
      }
      return;
    }
    if (cell_tags.contains(tag)) return void(mode_ = Mode::in_cell);
    if (table_section_tags.contains(tag)) return void(mode_ = Mode::in_table_body);
    switch (tag) {
      case HtmlTag::tr:
        return void(mode_ = Mode::in_row);
      case HtmlTag::caption:
        return void(mode_ = Mode::in_caption);
      case HtmlTag::colgroup:
        return void(mode_ = Mode::in_column_group);
      case HtmlTag::table:
        return void(mode_ = Mode::in_table);
      case HtmlTag::template_:
        return void(mode_ = template_modes_.back());
      case HtmlTag::head:
        return void(mode_ = Mode::in_head);
      case HtmlTag::body:
        return void(mode_ = Mode::in_body);
      case HtmlTag::frameset:
        return void(mode_ = Mode::in_frameset);
      case HtmlTag::html:
        return void(mode_ = head_ == no_node ? Mode::before_head : Mode::after_head);
      default:
        break;
    }
  }
}

// §13.2.4.3
void TreeBuilder::reconstruct_formatting() {
  std::size_t place = formatting_.size();
  while (place > 0) {
    const NodeId entry = formatting_[place - 1];
    if (entry == FormattingList::marker || open_.find(entry) < open_.size()) break;
    --place;
  }
  for (; place < formatting_.size() && !limits_.passed(); ++place) {
    const NodeId element = dom_.clone(formatting_[place]);
    dom_.insert(element, place_for_node());
    open_.push(element);
    formatting_.replace(place, element);
  }
}

}  // namespace seekd::fetcher
