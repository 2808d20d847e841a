// The insertion modes of TreeBuilder in tables (WHATWG HTML §13.2.6.4.9 to .15).
#include <algorithm>

#include "fetcher/extract/html/ascii.h"
#include "fetcher/extract/html/element_kinds.h"
#include "fetcher/extract/html/tree_builder.h"

namespace seekd::fetcher {
namespace {

constexpr TagSet table_context(HtmlTag::html, HtmlTag::table, HtmlTag::template_);
constexpr TagSet body_context = table_section_tags | TagSet(HtmlTag::html, HtmlTag::template_);
constexpr TagSet row_context(HtmlTag::html, HtmlTag::template_, HtmlTag::tr);
constexpr TagSet text_context = fostering_tags | TagSet(HtmlTag::template_);

// End tags that mean nothing between the parts of a table.
constexpr TagSet stray_ends(HtmlTag::body, HtmlTag::caption, HtmlTag::col, HtmlTag::colgroup,
                            HtmlTag::html);

}  // namespace

void TreeBuilder::clear_to(const TagSet& context) {
  open_.pop_above(context);
}

void TreeBuilder::in_table(Token& token) {
  switch (token.kind) {
    case TokenKind::text:
      if (!open_.current().is_in(text_context)) return foster(token);
      table_text_.clear();
      original_mode_ = mode_;
      return reprocess(Mode::in_table_text, token);
    case TokenKind::comment:
      return insert_comment(token);
    case TokenKind::doctype:
      return;
    case TokenKind::start_tag:
      if (in_table_start(token) == Handled::no) foster(token);
      return;
    case TokenKind::end_tag:
      if (token.tag() == HtmlTag::table) {
        if (!open_.has_in_scope(HtmlTag::table, Scope::table)) return;
        open_.pop_until(TagSet(HtmlTag::table));
        return reset_mode();
      }
      if (token.tag() == HtmlTag::template_) return end_template();
      if (!stray_ends.contains(token.tag()) && !table_part_tags.contains(token.tag()))
        foster(token);
      return;
    case TokenKind::end:
      return in_body(token);
  }
}

TreeBuilder::Handled TreeBuilder::in_table_start(Token& token) {
  const HtmlTag tag = token.tag();
  if (table_part_tags.contains(tag)) {
    clear_to(table_context);
    if (tag == HtmlTag::caption) {
      formatting_.push_marker();
      insert_element(token);
      mode_ = Mode::in_caption;
    } else if (tag == HtmlTag::colgroup) {
      insert_element(token);
      mode_ = Mode::in_column_group;
    } else if (tag == HtmlTag::col) {
      insert_named(HtmlTag::colgroup);
      reprocess(Mode::in_column_group, token);
    } else if (table_section_tags.contains(tag)) {
      insert_element(token);
      mode_ = Mode::in_table_body;
    } else {
      insert_named(HtmlTag::tbody);
      reprocess(Mode::in_table_body, token);
    }
    return Handled::yes;
  }
  switch (tag) {
    case HtmlTag::table:
      if (!open_.has_in_scope(tag, Scope::table)) return Handled::yes;
      open_.pop_until(TagSet(tag));
      reset_mode();
      process(token);
      return Handled::yes;
    case HtmlTag::script:
    case HtmlTag::style:
    case HtmlTag::template_:
      in_head(token);
      return Handled::yes;
    case HtmlTag::input: {
      const auto type = std::ranges::find(token.attributes, "type", &HtmlAttribute::name);
      if (type == token.attributes.end() || !equal_letters(type->value, "hidden"))
        return Handled::no;
      insert_void(token);
      return Handled::yes;
    }
    case HtmlTag::form:
      if (form_ != no_node || in_template()) return Handled::yes;
      form_ = insert_element(token);
      open_.pop();
      return Handled::yes;
    default:
      return Handled::no;
  }
}

// What does not belong in a table goes before it.
void TreeBuilder::foster(Token& token) {
  const Fostering before = std::exchange(fostering_, Fostering::on);
  in_body(token);
  fostering_ = before;
}

void TreeBuilder::in_table_text(Token& token) {
  if (token.kind == TokenKind::text) {
    const std::string_view text = without_nulls(token.text);
    if (!text.empty()) table_text_.push_back(text);
    return;
  }
  flush_table_text();
  reprocess(original_mode_, token);
}

void TreeBuilder::flush_table_text() {
  const bool space = std::ranges::all_of(
      table_text_, [](std::string_view text) { return std::ranges::all_of(text, is_html_space); });
  for (const std::string_view text : table_text_) {
    Token characters{.kind = TokenKind::text, .text = text};
    if (space) {
      insert_text(text);
    } else {
      foster(characters);
    }
  }
  table_text_.clear();
}

void TreeBuilder::in_caption(Token& token) {
  const bool end = token.kind == TokenKind::end_tag;
  const bool closes = token.is_end(HtmlTag::caption) || token.is_end(HtmlTag::table) ||
                      (token.kind == TokenKind::start_tag && table_part_tags.contains(token.tag()));
  if (closes) {
    if (!open_.has_in_scope(HtmlTag::caption, Scope::table)) return;
    open_.close_implied(implied_end_tags);
    open_.pop_until(TagSet(HtmlTag::caption));
    formatting_.clear_to_marker();
    mode_ = Mode::in_table;
    if (!token.is_end(HtmlTag::caption)) process(token);
    return;
  }
  if (end && (stray_ends.contains(token.tag()) || table_part_tags.contains(token.tag()))) return;
  in_body(token);
}

void TreeBuilder::in_column_group(Token& token) {
  if (token.kind == TokenKind::doctype) return;
  if (token.kind == TokenKind::comment) return insert_comment(token);
  if (token.kind == TokenKind::end || token.is_start(HtmlTag::html)) return in_body(token);
  if (token.is_start(HtmlTag::template_) || token.is_end(HtmlTag::template_)) return in_head(token);
  if (token.kind == TokenKind::text) {
    insert_text(take_space(token));
    if (token.text.empty()) return;
  }
  if (token.is_start(HtmlTag::col)) return insert_void(token);
  if (token.is_end(HtmlTag::col)) return;
  if (!open_.current().is(HtmlTag::colgroup)) return;
  open_.pop();
  mode_ = Mode::in_table;
  if (!token.is_end(HtmlTag::colgroup)) process(token);
}

void TreeBuilder::in_table_body(Token& token) {
  const HtmlTag tag = token.tag();
  const bool start = token.kind == TokenKind::start_tag;
  const bool end = token.kind == TokenKind::end_tag;
  if (start && (tag == HtmlTag::tr || cell_tags.contains(tag))) {
    clear_to(body_context);
    if (tag == HtmlTag::tr) {
      insert_element(token);
      mode_ = Mode::in_row;
    } else {
      insert_named(HtmlTag::tr);
      reprocess(Mode::in_row, token);
    }
    return;
  }
  const bool ends_section = end && table_section_tags.contains(tag);
  if (ends_section && !open_.has_in_scope(tag, Scope::table)) return;
  if (ends_section || token.is_end(HtmlTag::table) || (start && table_part_tags.contains(tag))) {
    if (!open_.has_in_scope(table_section_tags, Scope::table)) return;
    clear_to(body_context);
    open_.pop();
    mode_ = Mode::in_table;
    if (!ends_section) process(token);
    return;
  }
  if (end && (stray_ends.contains(tag) || table_part_tags.contains(tag))) return;
  in_table(token);
}

void TreeBuilder::in_row(Token& token) {
  const HtmlTag tag = token.tag();
  const bool start = token.kind == TokenKind::start_tag;
  const bool end = token.kind == TokenKind::end_tag;
  if (start && cell_tags.contains(tag)) {
    clear_to(row_context);
    insert_element(token);
    formatting_.push_marker();
    mode_ = Mode::in_cell;
    return;
  }
  const bool ends_section = end && table_section_tags.contains(tag);
  if (ends_section && !open_.has_in_scope(tag, Scope::table)) return;
  const bool ends_row = token.is_end(HtmlTag::tr);
  if (ends_row || ends_section || token.is_end(HtmlTag::table) ||
      (start && table_part_tags.contains(tag))) {
    if (!open_.has_in_scope(HtmlTag::tr, Scope::table)) return;
    clear_to(row_context);
    open_.pop();
    mode_ = Mode::in_table_body;
    if (!ends_row) process(token);
    return;
  }
  if (end && (stray_ends.contains(tag) || cell_tags.contains(tag))) return;
  in_table(token);
}

void TreeBuilder::close_cell() {
  open_.close_implied(implied_end_tags);
  open_.pop_until(cell_tags);
  formatting_.clear_to_marker();
  mode_ = Mode::in_row;
}

void TreeBuilder::in_cell(Token& token) {
  const HtmlTag tag = token.tag();
  const bool end = token.kind == TokenKind::end_tag;
  if (end && cell_tags.contains(tag)) {
    if (!open_.has_in_scope(tag, Scope::table)) return;
    open_.close_implied(implied_end_tags);
    open_.pop_until(TagSet(tag));
    formatting_.clear_to_marker();
    mode_ = Mode::in_row;
    return;
  }
  if (end && stray_ends.contains(tag)) return;
  if (token.kind == TokenKind::start_tag && table_part_tags.contains(tag)) {
    if (!open_.has_in_scope(cell_tags, Scope::table)) return;
    close_cell();
    return process(token);
  }
  const bool ends_around =
      end && (tag == HtmlTag::table || tag == HtmlTag::tr || table_section_tags.contains(tag));
  if (ends_around) {
    if (!open_.has_in_scope(tag, Scope::table)) return;
    close_cell();
    return process(token);
  }
  in_body(token);
}

}  // namespace seekd::fetcher
