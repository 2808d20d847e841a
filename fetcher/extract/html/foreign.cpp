// TreeBuilder in SVG and MathML (WHATWG HTML §13.2.6.5).
#include <algorithm>
#include <array>

#include "fetcher/extract/html/ascii.h"
#include "fetcher/extract/html/element_kinds.h"
#include "fetcher/extract/html/tree_builder.h"

namespace seekd::fetcher {
namespace {

// Start tags that end foreign content.
constexpr TagSet breakout_tags =
    heading_tags | TagSet(HtmlTag::b, HtmlTag::big, HtmlTag::blockquote, HtmlTag::body, HtmlTag::br,
                          HtmlTag::center, HtmlTag::code, HtmlTag::dd, HtmlTag::div, HtmlTag::dl,
                          HtmlTag::dt, HtmlTag::em, HtmlTag::embed, HtmlTag::head, HtmlTag::hr,
                          HtmlTag::i, HtmlTag::img, HtmlTag::li, HtmlTag::listing, HtmlTag::menu,
                          HtmlTag::meta, HtmlTag::nobr, HtmlTag::ol, HtmlTag::p, HtmlTag::pre,
                          HtmlTag::ruby, HtmlTag::s, HtmlTag::small, HtmlTag::span, HtmlTag::strong,
                          HtmlTag::strike, HtmlTag::sub, HtmlTag::sup, HtmlTag::table, HtmlTag::tt,
                          HtmlTag::u, HtmlTag::ul, HtmlTag::var);
constexpr auto font_attributes = std::to_array<std::string_view>({"color", "face", "size"});

bool breaks_out(const Token& token) {
  if (token.kind == TokenKind::end_tag)
    return token.tag() == HtmlTag::br || token.tag() == HtmlTag::p;
  if (token.tag() != HtmlTag::font) return breakout_tags.contains(token.tag());
  return std::ranges::any_of(token.attributes, [](const HtmlAttribute& attribute) {
    return std::ranges::find(font_attributes, attribute.name) != font_attributes.end();
  });
}

}  // namespace

bool takes_html(const DomNode& node) {
  if (!is_annotation(node)) return is_svg_html(node);
  const auto encoding = std::ranges::find(node.attributes, "encoding", &HtmlAttribute::name);
  return encoding != node.attributes.end() &&
         (equal_letters(encoding->value, "text/html") ||
          equal_letters(encoding->value, "application/xhtml+xml"));
}

// §13.2.6, the tree construction dispatcher.
bool TreeBuilder::is_foreign(const Token& token) const {
  if (open_.empty() || token.kind == TokenKind::end) return false;
  const DomNode& node = open_.current();
  if (node.space == Namespace::html) return false;
  const bool start = token.kind == TokenKind::start_tag;
  const bool start_or_text = start || token.kind == TokenKind::text;
  if (is_math_text(node)) {
    const bool stays =
        start && (token.tag() == HtmlTag::mglyph || token.tag() == HtmlTag::malignmark);
    return !start_or_text || stays;
  }
  if (is_annotation(node) && token.is_start(HtmlTag::svg)) return false;
  return !(takes_html(node) && start_or_text);
}

void TreeBuilder::in_foreign(Token& token) {
  switch (token.kind) {
    case TokenKind::text:
      insert_text(tokenizer_.with_replaced_nulls(token.text));
      if (!std::ranges::all_of(token.text, [](char c) { return is_html_space(c) || c == '\0'; }))
        frameset_ = Frameset::not_ok;
      return;
    case TokenKind::comment:
      return insert_comment(token);
    case TokenKind::doctype:
    case TokenKind::end:
      return;
    case TokenKind::start_tag:
    case TokenKind::end_tag:
      break;
  }
  if (breaks_out(token)) {
    while (open_.current().space != Namespace::html && !is_math_text(open_.current()) &&
           !takes_html(open_.current())) {
      open_.pop();
    }
    return process_in_mode(token);
  }
  if (token.kind == TokenKind::end_tag) return end_foreign(token);
  insert_element(token, open_.current().space);
  if (token.self_closing) open_.pop();
}

void TreeBuilder::end_foreign(Token& token) {
  for (std::size_t place = open_.size(); place-- > 1;) {
    limits_.count_comparisons(1);
    const DomNode& node = dom_[open_[place]];
    if (node.space == Namespace::html) return process_in_mode(token);
    if (node.name == token.name) return open_.pop_to_size(place);
  }
}

}  // namespace seekd::fetcher
