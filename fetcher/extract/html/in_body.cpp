// TreeBuilder in the body: characters and start tags (WHATWG HTML §13.2.6.4.7 and .8).
#include <algorithm>

#include "fetcher/extract/html/ascii.h"
#include "fetcher/extract/html/element_kinds.h"
#include "fetcher/extract/html/tree_builder.h"

namespace seekd::fetcher {
namespace {

constexpr TagSet void_tags(HtmlTag::area, HtmlTag::br, HtmlTag::embed, HtmlTag::img,
                           HtmlTag::keygen, HtmlTag::wbr);
constexpr TagSet object_tags(HtmlTag::applet, HtmlTag::marquee, HtmlTag::object);
constexpr TagSet ignored_tags = table_part_tags | TagSet(HtmlTag::frame, HtmlTag::head);
constexpr TagSet item_tags(HtmlTag::dd, HtmlTag::dt, HtmlTag::li);
constexpr TagSet terms_tags(HtmlTag::dd, HtmlTag::dt);
// What an item is looked for beyond, though it is special.
constexpr TagSet item_passes(HtmlTag::address, HtmlTag::div, HtmlTag::p);

std::string_view attribute_of(const Token& token, std::string_view name) {
  const auto found = std::ranges::find(token.attributes, name, &HtmlAttribute::name);
  return found == token.attributes.end() ? std::string_view{} : found->value;
}

}  // namespace

void TreeBuilder::in_body(Token& token) {
  switch (token.kind) {
    case TokenKind::text:
      return in_body_text(token);
    case TokenKind::comment:
      return insert_comment(token);
    case TokenKind::doctype:
      return;
    case TokenKind::start_tag:
      return in_body_start(token);
    case TokenKind::end_tag:
      return in_body_end(token);
    case TokenKind::end:
      return end_of_page(token);
  }
}

void TreeBuilder::in_body_text(const Token& token) {
  const std::string_view text = without_nulls(token.text);
  if (text.empty()) return;
  reconstruct_formatting();
  insert_text(text);
  if (!std::ranges::all_of(text, is_html_space)) frameset_ = Frameset::not_ok;
}

void TreeBuilder::in_body_start(Token& token) {
  if (start_block(token) == Handled::yes || start_inline(token) == Handled::yes ||
      start_structure(token) == Handled::yes || start_replaced(token) == Handled::yes ||
      start_raw(token) == Handled::yes || ignored_tags.contains(token.tag())) {
    return;
  }
  reconstruct_formatting();
  insert_element(token);
}

TreeBuilder::Handled TreeBuilder::start_structure(Token& token) {
  if (head_matter_tags.contains(token.tag())) {
    in_head(token);
    return Handled::yes;
  }
  switch (token.tag()) {
    case HtmlTag::html:
      if (!in_template()) dom_.add_missing_attributes(open_[0], token.attributes);
      return Handled::yes;
    case HtmlTag::body:
      if (open_.size() < 2 || !dom_[open_[1]].is(HtmlTag::body) || in_template())
        return Handled::yes;
      frameset_ = Frameset::not_ok;
      dom_.add_missing_attributes(open_[1], token.attributes);
      return Handled::yes;
    case HtmlTag::frameset:
      start_frameset(token);
      return Handled::yes;
    default:
      return Handled::no;
  }
}

void TreeBuilder::start_frameset(const Token& token) {
  if (open_.size() < 2 || !dom_[open_[1]].is(HtmlTag::body) || frameset_ == Frameset::not_ok)
    return;
  dom_.remove(open_[1]);
  open_.pop_to_size(1);
  insert_element(token);
  mode_ = Mode::in_frameset;
}

void TreeBuilder::close_paragraph() {
  if (!open_.has_in_scope(HtmlTag::p, Scope::button)) return;
  open_.close_implied(implied_end_tags, HtmlTag::p);
  open_.pop_until(TagSet(HtmlTag::p));
}

TreeBuilder::Handled TreeBuilder::start_block(Token& token) {
  const HtmlTag tag = token.tag();
  if (block_tags.contains(tag)) {
    close_paragraph();
    insert_element(token);
    return Handled::yes;
  }
  if (heading_tags.contains(tag)) {
    close_paragraph();
    if (open_.current().is_in(heading_tags)) open_.pop();
    insert_element(token);
    return Handled::yes;
  }
  if (item_tags.contains(tag)) {
    start_item(token);
    return Handled::yes;
  }
  switch (tag) {
    case HtmlTag::listing:
    case HtmlTag::pre:
      close_paragraph();
      insert_element(token);
      skip_line_feed_ = true;
      frameset_ = Frameset::not_ok;
      return Handled::yes;
    case HtmlTag::form:
      start_form(token);
      return Handled::yes;
    case HtmlTag::table:
      if (quirks_ == Quirks::no) close_paragraph();
      insert_element(token);
      frameset_ = Frameset::not_ok;
      mode_ = Mode::in_table;
      return Handled::yes;
    case HtmlTag::hr:
      close_paragraph();
      insert_void(token);
      frameset_ = Frameset::not_ok;
      return Handled::yes;
    default:
      return Handled::no;
  }
}

void TreeBuilder::start_item(const Token& token) {
  const TagSet ended = token.tag() == HtmlTag::li ? TagSet(HtmlTag::li) : terms_tags;
  frameset_ = Frameset::not_ok;
  for (std::size_t place = open_.size(); place-- > 0;) {
    limits_.count_comparisons(1);
    const DomNode& node = dom_[open_[place]];
    if (node.is_in(ended)) {
      close(tag_of(node.name));
      break;
    }
    if (is_special(node) && !node.is_in(item_passes)) break;
  }
  close_paragraph();
  insert_element(token);
}

// Its end tag is implied, and so are those of what is open inside.
void TreeBuilder::close(HtmlTag tag) {
  open_.close_implied(implied_end_tags, tag);
  open_.pop_until(TagSet(tag));
}

void TreeBuilder::start_form(const Token& token) {
  if (form_ != no_node && !in_template()) return;
  close_paragraph();
  const NodeId form = insert_element(token);
  if (!in_template()) form_ = form;
}

TreeBuilder::Handled TreeBuilder::start_inline(Token& token) {
  const HtmlTag tag = token.tag();
  if (formatting_tags.contains(tag)) {
    if (tag == HtmlTag::a) {
      if (const std::size_t place = formatting_.find_last(tag); place < formatting_.size()) {
        const NodeId link = formatting_[place];
        adopt(token.name);
        formatting_.remove(link);
        open_.remove(link);
      }
    }
    reconstruct_formatting();
    if (tag == HtmlTag::nobr && open_.has_in_scope(tag, Scope::any)) {
      adopt(token.name);
      reconstruct_formatting();
    }
    formatting_.push(insert_element(token));
    return Handled::yes;
  }
  switch (tag) {
    case HtmlTag::button:
      if (open_.has_in_scope(tag, Scope::any)) close(tag);
      reconstruct_formatting();
      insert_element(token);
      frameset_ = Frameset::not_ok;
      return Handled::yes;
    case HtmlTag::optgroup:
    case HtmlTag::option:
      if (open_.current().is(HtmlTag::option)) open_.pop();
      reconstruct_formatting();
      insert_element(token);
      return Handled::yes;
    case HtmlTag::rb:
    case HtmlTag::rtc:
      if (open_.has_in_scope(HtmlTag::ruby, Scope::any)) open_.close_implied(implied_end_tags);
      insert_element(token);
      return Handled::yes;
    case HtmlTag::rp:
    case HtmlTag::rt:
      if (open_.has_in_scope(HtmlTag::ruby, Scope::any))
        open_.close_implied(implied_end_tags, HtmlTag::rtc);
      insert_element(token);
      return Handled::yes;
    default:
      return Handled::no;
  }
}

TreeBuilder::Handled TreeBuilder::start_replaced(Token& token) {
  const HtmlTag tag = token.tag();
  if (void_tags.contains(tag) || tag == HtmlTag::input) {
    reconstruct_formatting();
    insert_void(token);
    const bool hidden =
        tag == HtmlTag::input && equal_letters(attribute_of(token, "type"), "hidden");
    if (!hidden) frameset_ = Frameset::not_ok;
    return Handled::yes;
  }
  if (object_tags.contains(tag)) {
    reconstruct_formatting();
    insert_element(token);
    formatting_.push_marker();
    frameset_ = Frameset::not_ok;
    return Handled::yes;
  }
  switch (tag) {
    case HtmlTag::param:
    case HtmlTag::source:
    case HtmlTag::track:
      insert_void(token);
      return Handled::yes;
    case HtmlTag::image:
      token.name = name_id(HtmlTag::img);
      process(token);
      return Handled::yes;
    case HtmlTag::select:
      start_select(token);
      return Handled::yes;
    case HtmlTag::math:
      start_foreign(token, Namespace::math);
      return Handled::yes;
    case HtmlTag::svg:
      start_foreign(token, Namespace::svg);
      return Handled::yes;
    default:
      return Handled::no;
  }
}

void TreeBuilder::start_select(const Token& token) {
  reconstruct_formatting();
  insert_element(token);
  frameset_ = Frameset::not_ok;
  const bool in_table = mode_ == Mode::in_table || mode_ == Mode::in_caption ||
                        mode_ == Mode::in_table_body || mode_ == Mode::in_row ||
                        mode_ == Mode::in_cell;
  mode_ = in_table ? Mode::in_select_in_table : Mode::in_select;
}

void TreeBuilder::start_foreign(const Token& token, Namespace space) {
  reconstruct_formatting();
  insert_element(token, space);
  if (token.self_closing) open_.pop();
}

// <noscript><iframe … /></noscript>, which frameworks write to count visitors. A browser with
// scripts reads no further than </noscript>; with scripting off the specification has the frame
// hold the whole rest of the page.
bool TreeBuilder::is_unread_frame(const Token& token) const {
  const bool unread = mode_ == Mode::in_head_noscript || open_.has(HtmlTag::noscript);
  return unread && token.is_start(HtmlTag::iframe) && token.self_closing;
}

TreeBuilder::Handled TreeBuilder::start_raw(Token& token) {
  switch (token.tag()) {
    case HtmlTag::textarea:
      insert_raw(token, TextModel::rcdata);
      skip_line_feed_ = true;
      frameset_ = Frameset::not_ok;
      return Handled::yes;
    case HtmlTag::xmp:
      close_paragraph();
      reconstruct_formatting();
      frameset_ = Frameset::not_ok;
      insert_raw(token, TextModel::raw_text);
      return Handled::yes;
    case HtmlTag::iframe:
      frameset_ = Frameset::not_ok;
      if (is_unread_frame(token)) {
        insert_void(token);
        return Handled::yes;
      }
      insert_raw(token, TextModel::raw_text);
      return Handled::yes;
    case HtmlTag::noembed:
      insert_raw(token, TextModel::raw_text);
      return Handled::yes;
    case HtmlTag::plaintext:
      close_paragraph();
      insert_element(token);
      tokenizer_.read_as(TextModel::plaintext, token.name);
      return Handled::yes;
    default:
      return Handled::no;
  }
}

// In the text mode: characters of raw text, and its end.
void TreeBuilder::text(Token& token) {
  if (token.kind == TokenKind::text) return insert_text(token.text);
  open_.pop();
  mode_ = original_mode_;
  if (token.kind == TokenKind::end) process(token);
}

}  // namespace seekd::fetcher
