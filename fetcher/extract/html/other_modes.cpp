// The insertion modes of TreeBuilder for selects, templates and framesets, and behind the body
// (WHATWG HTML §13.2.6.4.16 to .23).
#include <algorithm>

#include "fetcher/extract/html/ascii.h"
#include "fetcher/extract/html/element_kinds.h"
#include "fetcher/extract/html/tree_builder.h"

namespace seekd::fetcher {
namespace {

// What ends a select in a table, as it cannot stand in one.
constexpr TagSet select_ends =
    TagSet(HtmlTag::caption, HtmlTag::table, HtmlTag::tr) | table_section_tags | cell_tags;

}  // namespace

void TreeBuilder::in_select(Token& token) {
  switch (token.kind) {
    case TokenKind::text:
      return insert_text(without_nulls(token.text));
    case TokenKind::comment:
      return insert_comment(token);
    case TokenKind::doctype:
      return;
    case TokenKind::end:
      return in_body(token);
    case TokenKind::start_tag:
      in_select_start(token);
      return;
    case TokenKind::end_tag:
      break;
  }
  switch (token.tag()) {
    case HtmlTag::optgroup:
      if (open_.current().is(HtmlTag::option) && open_.size() > 1 &&
          dom_[open_[open_.size() - 2]].is(HtmlTag::optgroup)) {
        open_.pop();
      }
      if (open_.current().is(HtmlTag::optgroup)) open_.pop();
      return;
    case HtmlTag::option:
      if (open_.current().is(HtmlTag::option)) open_.pop();
      return;
    case HtmlTag::select:
      if (!open_.has_in_scope(HtmlTag::select, Scope::select)) return;
      open_.pop_until(TagSet(HtmlTag::select));
      return reset_mode();
    case HtmlTag::template_:
      return end_template();
    default:
      return;
  }
}

void TreeBuilder::in_select_start(Token& token) {
  const HtmlTag tag = token.tag();
  switch (tag) {
    case HtmlTag::html:
      in_body(token);
      return;
    case HtmlTag::hr:
    case HtmlTag::optgroup:
    case HtmlTag::option:
      if (open_.current().is(HtmlTag::option)) open_.pop();
      if (tag != HtmlTag::option && open_.current().is(HtmlTag::optgroup)) open_.pop();
      insert_element(token);
      if (tag == HtmlTag::hr) open_.pop();
      return;
    case HtmlTag::input:
    case HtmlTag::keygen:
    case HtmlTag::select:
    case HtmlTag::textarea:
      if (!open_.has_in_scope(HtmlTag::select, Scope::select)) return;
      open_.pop_until(TagSet(HtmlTag::select));
      reset_mode();
      if (tag != HtmlTag::select) process(token);
      return;
    case HtmlTag::script:
    case HtmlTag::template_:
      in_head(token);
      return;
    default:
      return;
  }
}

void TreeBuilder::in_select_in_table(Token& token) {
  const bool tag = token.kind == TokenKind::start_tag || token.kind == TokenKind::end_tag;
  if (!tag || !select_ends.contains(token.tag())) return in_select(token);
  if (token.kind == TokenKind::end_tag && !open_.has_in_scope(token.tag(), Scope::table)) return;
  open_.pop_until(TagSet(HtmlTag::select));
  reset_mode();
  process(token);
}

void TreeBuilder::in_template_contents(Token& token) {
  if (token.kind == TokenKind::end) {
    if (!in_template()) {
      done_ = true;
      return;
    }
    open_.pop_until(TagSet(HtmlTag::template_));
    formatting_.clear_to_marker();
    template_modes_.pop_back();
    reset_mode();
    return process(token);
  }
  if (token.kind == TokenKind::end_tag) {
    if (token.tag() == HtmlTag::template_) end_template();
    return;
  }
  if (token.kind != TokenKind::start_tag) return in_body(token);
  const HtmlTag tag = token.tag();
  if (head_matter_tags.contains(tag)) return in_head(token);
  Mode mode = Mode::in_body;
  if (tag == HtmlTag::caption || tag == HtmlTag::colgroup || table_section_tags.contains(tag)) {
    mode = Mode::in_table;
  } else if (tag == HtmlTag::col) {
    mode = Mode::in_column_group;
  } else if (tag == HtmlTag::tr) {
    mode = Mode::in_table_body;
  } else if (cell_tags.contains(tag)) {
    mode = Mode::in_row;
  }
  template_modes_.back() = mode;
  reprocess(mode, token);
}

void TreeBuilder::after_body(Token& token) {
  if (token.kind == TokenKind::comment) return insert_comment(token, open_[0]);
  if (token.kind == TokenKind::doctype) return;
  if (token.kind == TokenKind::end) {
    done_ = true;
    return;
  }
  if (token.is_start(HtmlTag::html)) return in_body(token);
  if (token.is_end(HtmlTag::html)) {
    mode_ = Mode::after_after_body;
    return;
  }
  if (token.kind == TokenKind::text) {
    Token space{.kind = TokenKind::text, .text = take_space(token)};
    if (!space.text.empty()) in_body(space);
    if (token.text.empty()) return;
  }
  reprocess(Mode::in_body, token);
}

void TreeBuilder::after_after_body(Token& token) {
  if (token.kind == TokenKind::comment) return insert_comment(token, document_node);
  if (token.kind == TokenKind::doctype || token.is_start(HtmlTag::html)) return in_body(token);
  if (token.kind == TokenKind::end) {
    done_ = true;
    return;
  }
  if (token.kind == TokenKind::text) {
    Token space{.kind = TokenKind::text, .text = take_space(token)};
    if (!space.text.empty()) in_body(space);
    if (token.text.empty()) return;
  }
  reprocess(Mode::in_body, token);
}

// Of a frameset's text only white space is kept.
std::string_view TreeBuilder::only_space(std::string_view text) const {
  auto* const copy = static_cast<char*>(memory_.allocate(text.size(), 1));
  const auto end = std::ranges::copy_if(text, copy, is_html_space).out;
  return {copy, static_cast<std::size_t>(end - copy)};
}

void TreeBuilder::in_frameset(Token& token) {
  switch (token.kind) {
    case TokenKind::text:
      return insert_text(only_space(token.text));
    case TokenKind::comment:
      return insert_comment(token);
    case TokenKind::doctype:
      return;
    case TokenKind::end:
      done_ = true;
      return;
    case TokenKind::start_tag:
      if (token.tag() == HtmlTag::html) in_body(token);
      if (token.tag() == HtmlTag::frameset) insert_element(token);
      if (token.tag() == HtmlTag::frame) insert_void(token);
      if (token.tag() == HtmlTag::noframes) in_head(token);
      return;
    case TokenKind::end_tag:
      if (token.tag() != HtmlTag::frameset || open_.size() == 1) return;
      open_.pop();
      if (!open_.current().is(HtmlTag::frameset)) mode_ = Mode::after_frameset;
      return;
  }
}

void TreeBuilder::after_frameset(Token& token) {
  if (token.kind == TokenKind::text) return insert_text(only_space(token.text));
  if (token.kind == TokenKind::comment) return insert_comment(token);
  if (token.kind == TokenKind::end) done_ = true;
  if (token.is_start(HtmlTag::html)) in_body(token);
  if (token.is_start(HtmlTag::noframes)) in_head(token);
  if (token.is_end(HtmlTag::html)) mode_ = Mode::after_after_frameset;
}

void TreeBuilder::after_after_frameset(Token& token) {
  if (token.kind == TokenKind::comment) return insert_comment(token, document_node);
  if (token.kind == TokenKind::end) done_ = true;
  if (token.kind == TokenKind::text) {
    Token space{.kind = TokenKind::text, .text = only_space(token.text)};
    if (!space.text.empty()) in_body(space);
  }
  if (token.is_start(HtmlTag::html)) in_body(token);
  if (token.is_start(HtmlTag::noframes)) in_head(token);
}

}  // namespace seekd::fetcher
