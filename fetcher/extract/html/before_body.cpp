// The insertion modes of TreeBuilder up to the body (WHATWG HTML §13.2.6.4.1 to .6).
#include <algorithm>
#include <array>

#include "fetcher/extract/html/ascii.h"
#include "fetcher/extract/html/element_kinds.h"
#include "fetcher/extract/html/tree_builder.h"

namespace seekd::fetcher {
namespace {

// End tags that stand for the element that they would end.
constexpr TagSet implying_ends(HtmlTag::body, HtmlTag::br, HtmlTag::head, HtmlTag::html);

bool is_other_end(const Token& token) {
  return token.kind == TokenKind::end_tag && !implying_ends.contains(token.tag());
}

// §13.2.6.4.1: public identifiers, or what they begin with, of pages that expect old browsers.
constexpr auto quirky_ids = std::to_array<std::string_view>(
    {"-//w3o//dtd w3 html strict 3.0//en//", "-/w3c/dtd html 4.0 transitional/en", "html"});
constexpr auto quirky_prefixes = std::to_array<std::string_view>({
    "+//silmaril//dtd html pro v0r11 19970101//",
    "-//as//dtd html 3.0 aswedit + extensions//",
    "-//advasoft ltd//dtd html 3.0 aswedit + extensions//",
    "-//ietf//dtd html 2.0 level 1//",
    "-//ietf//dtd html 2.0 level 2//",
    "-//ietf//dtd html 2.0 strict level 1//",
    "-//ietf//dtd html 2.0 strict level 2//",
    "-//ietf//dtd html 2.0 strict//",
    "-//ietf//dtd html 2.0//",
    "-//ietf//dtd html 2.1e//",
    "-//ietf//dtd html 3.0//",
    "-//ietf//dtd html 3.2 final//",
    "-//ietf//dtd html 3.2//",
    "-//ietf//dtd html 3//",
    "-//ietf//dtd html level 0//",
    "-//ietf//dtd html level 1//",
    "-//ietf//dtd html level 2//",
    "-//ietf//dtd html level 3//",
    "-//ietf//dtd html strict level 0//",
    "-//ietf//dtd html strict level 1//",
    "-//ietf//dtd html strict level 2//",
    "-//ietf//dtd html strict level 3//",
    "-//ietf//dtd html strict//",
    "-//ietf//dtd html//",
    "-//metrius//dtd metrius presentational//",
    "-//microsoft//dtd internet explorer 2.0 html strict//",
    "-//microsoft//dtd internet explorer 2.0 html//",
    "-//microsoft//dtd internet explorer 2.0 tables//",
    "-//microsoft//dtd internet explorer 3.0 html strict//",
    "-//microsoft//dtd internet explorer 3.0 html//",
    "-//microsoft//dtd internet explorer 3.0 tables//",
    "-//netscape comm. corp.//dtd html//",
    "-//netscape comm. corp.//dtd strict html//",
    "-//o'reilly and associates//dtd html 2.0//",
    "-//o'reilly and associates//dtd html extended 1.0//",
    "-//o'reilly and associates//dtd html extended relaxed 1.0//",
    "-//sq//dtd html 2.0 hotmetal + extensions//",
    "-//softquad software//dtd hotmetal pro 6.0::19990601::extensions to html 4.0//",
    "-//softquad//dtd hotmetal pro 4.0::19971010::extensions to html 4.0//",
    "-//spyglass//dtd html 2.0 extended//",
    "-//sun microsystems corp.//dtd hotjava html//",
    "-//sun microsystems corp.//dtd hotjava strict html//",
    "-//w3c//dtd html 3 1995-03-24//",
    "-//w3c//dtd html 3.2 draft//",
    "-//w3c//dtd html 3.2 final//",
    "-//w3c//dtd html 3.2//",
    "-//w3c//dtd html 3.2s draft//",
    "-//w3c//dtd html 4.0 frameset//",
    "-//w3c//dtd html 4.0 transitional//",
    "-//w3c//dtd html experimental 19960712//",
    "-//w3c//dtd html experimental 970421//",
    "-//w3c//dtd w3 html//",
    "-//w3o//dtd w3 html 3.0//",
    "-//webtechs//dtd mozilla html 2.0//",
    "-//webtechs//dtd mozilla html//",
});
// Likewise, where there is no system identifier.
constexpr auto quirky_alone_prefixes = std::to_array<std::string_view>(
    {"-//w3c//dtd html 4.01 frameset//", "-//w3c//dtd html 4.01 transitional//"});
constexpr std::string_view quirky_system =
    "http://www.ibm.com/data/dtd/v11/ibmxhtml1-transitional.dtd";

bool asks_for_quirks(const Token& doctype) {
  if (doctype.force_quirks || doctype.text != "html") return true;
  const std::string_view id = doctype.public_id.value_or("");
  const auto is_id = [&](std::string_view other) { return equal_letters(id, other); };
  const auto begins_id = [&](std::string_view other) {
    return equal_letters(id.substr(0, other.size()), other);
  };
  return std::ranges::any_of(quirky_ids, is_id) ||
         std::ranges::any_of(quirky_prefixes, begins_id) ||
         (!doctype.system_id && std::ranges::any_of(quirky_alone_prefixes, begins_id)) ||
         (doctype.system_id && equal_letters(*doctype.system_id, quirky_system));
}

}  // namespace

void TreeBuilder::initial(Token& token) {
  switch (token.kind) {
    case TokenKind::comment:
      return insert_comment(token, document_node);
    case TokenKind::doctype:
      dom_.insert(dom_.add_doctype(), {.parent = document_node});
      quirks_ = asks_for_quirks(token) ? Quirks::yes : Quirks::no;
      mode_ = Mode::before_html;
      return;
    case TokenKind::text:
      take_space(token);
      if (token.text.empty()) return;
      [[fallthrough]];
    default:
      quirks_ = Quirks::yes;
      return reprocess(Mode::before_html, token);
  }
}

void TreeBuilder::before_html(Token& token) {
  if (token.kind == TokenKind::doctype || is_other_end(token)) return;
  if (token.kind == TokenKind::comment) return insert_comment(token, document_node);
  if (token.kind == TokenKind::text) {
    take_space(token);
    if (token.text.empty()) return;
  }
  const bool own = token.is_start(HtmlTag::html);
  const NodeId html = dom_.add_element(name_id(HtmlTag::html), Namespace::html,
                                       own ? token.attributes : std::span<const HtmlAttribute>{});
  dom_.insert(html, {.parent = document_node});
  open_.push(html);
  mode_ = Mode::before_head;
  if (!own) process(token);
}

void TreeBuilder::before_head(Token& token) {
  if (token.kind == TokenKind::doctype || is_other_end(token)) return;
  if (token.kind == TokenKind::comment) return insert_comment(token);
  if (token.kind == TokenKind::text) {
    take_space(token);
    if (token.text.empty()) return;
  }
  if (token.is_start(HtmlTag::html)) return in_body(token);
  const bool own = token.is_start(HtmlTag::head);
  head_ = own ? insert_element(token) : insert_named(HtmlTag::head);
  mode_ = Mode::in_head;
  if (!own) process(token);
}

void TreeBuilder::in_head(Token& token) {
  if (token.kind == TokenKind::doctype) return;
  if (token.kind == TokenKind::comment) return insert_comment(token);
  if (token.kind == TokenKind::text) {
    insert_text(take_space(token));
    if (token.text.empty()) return;
  }
  if (token.kind == TokenKind::start_tag && in_head_start(token) == Handled::yes) return;
  if (token.is_end(HtmlTag::template_)) return end_template();
  if (token.is_end(HtmlTag::head)) {
    open_.pop();
    mode_ = Mode::after_head;
    return;
  }
  if (is_other_end(token)) return;
  open_.pop();
  reprocess(Mode::after_head, token);
}

TreeBuilder::Handled TreeBuilder::in_head_start(Token& token) {
  switch (token.tag()) {
    case HtmlTag::html:
      in_body(token);
      return Handled::yes;
    case HtmlTag::head:
      return Handled::yes;
    case HtmlTag::base:
    case HtmlTag::basefont:
    case HtmlTag::bgsound:
    case HtmlTag::link:
    case HtmlTag::meta:
      insert_void(token);
      return Handled::yes;
    case HtmlTag::title:
      insert_raw(token, TextModel::rcdata);
      return Handled::yes;
    case HtmlTag::noframes:
    case HtmlTag::style:
      insert_raw(token, TextModel::raw_text);
      return Handled::yes;
    case HtmlTag::script:
      insert_raw(token, TextModel::script);
      return Handled::yes;
    case HtmlTag::noscript:
      insert_element(token);
      mode_ = Mode::in_head_noscript;
      return Handled::yes;
    case HtmlTag::template_:
      begin_template(token);
      return Handled::yes;
    default:
      return Handled::no;
  }
}

void TreeBuilder::begin_template(const Token& token) {
  insert_element(token);
  formatting_.push_marker();
  frameset_ = Frameset::not_ok;
  mode_ = Mode::in_template;
  template_modes_.push_back(Mode::in_template);
}

void TreeBuilder::end_template() {
  if (!in_template()) return;
  open_.close_implied(thoroughly_implied_end_tags);
  open_.pop_until(TagSet(HtmlTag::template_));
  formatting_.clear_to_marker();
  template_modes_.pop_back();
  reset_mode();
}

void TreeBuilder::in_head_noscript(Token& token) {
  constexpr TagSet as_in_head(HtmlTag::basefont, HtmlTag::bgsound, HtmlTag::link, HtmlTag::meta,
                              HtmlTag::noframes, HtmlTag::style);
  if (token.kind == TokenKind::doctype) return;
  if (token.kind == TokenKind::comment) return in_head(token);
  if (token.kind == TokenKind::text) {
    insert_text(take_space(token));
    if (token.text.empty()) return;
  }
  if (token.kind == TokenKind::start_tag) {
    if (token.tag() == HtmlTag::html) return in_body(token);
    if (as_in_head.contains(token.tag())) return in_head(token);
    if (token.tag() == HtmlTag::head || token.tag() == HtmlTag::noscript) return;
    if (is_unread_frame(token)) return;
  }
  if (token.is_end(HtmlTag::noscript)) {
    open_.pop();
    mode_ = Mode::in_head;
    return;
  }
  if (token.kind == TokenKind::end_tag && token.tag() != HtmlTag::br) return;
  open_.pop();
  reprocess(Mode::in_head, token);
}

void TreeBuilder::after_head(Token& token) {
  if (token.kind == TokenKind::doctype) return;
  if (token.kind == TokenKind::comment) return insert_comment(token);
  if (token.kind == TokenKind::text) {
    insert_text(take_space(token));
    if (token.text.empty()) return;
  }
  if (token.kind == TokenKind::start_tag) {
    if (token.tag() == HtmlTag::html) return in_body(token);
    if (token.tag() == HtmlTag::head) return;
    if (token.tag() == HtmlTag::body) {
      insert_element(token);
      frameset_ = Frameset::not_ok;
      mode_ = Mode::in_body;
      return;
    }
    if (token.tag() == HtmlTag::frameset) {
      insert_element(token);
      mode_ = Mode::in_frameset;
      return;
    }
    if (head_matter_tags.contains(token.tag())) {
      open_.push(head_);
      in_head(token);
      return open_.remove(head_);
    }
  }
  if (token.is_end(HtmlTag::template_)) return in_head(token);
  if (is_other_end(token) || token.is_end(HtmlTag::head)) return;
  insert_named(HtmlTag::body);
  reprocess(Mode::in_body, token);
}

}  // namespace seekd::fetcher
