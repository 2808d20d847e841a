// Which elements the parser treats alike (WHATWG HTML §13.2.4.2 and §13.2.6).
//
// Pure; any thread.
#pragma once

#include "fetcher/extract/html/dom.h"
#include "fetcher/extract/html/tag.h"

namespace seekd::fetcher {

inline constexpr TagSet heading_tags(HtmlTag::h1, HtmlTag::h2, HtmlTag::h3, HtmlTag::h4,
                                     HtmlTag::h5, HtmlTag::h6);
inline constexpr TagSet table_section_tags(HtmlTag::tbody, HtmlTag::tfoot, HtmlTag::thead);
inline constexpr TagSet cell_tags(HtmlTag::td, HtmlTag::th);
// What only stands in a table; elsewhere its tags are ignored.
inline constexpr TagSet table_part_tags =
    TagSet(HtmlTag::caption, HtmlTag::col, HtmlTag::colgroup, HtmlTag::tr) | table_section_tags |
    cell_tags;
// Text and elements in these, but for table parts, move before the table.
inline constexpr TagSet fostering_tags = TagSet(HtmlTag::table, HtmlTag::tr) | table_section_tags;
inline constexpr TagSet formatting_tags(HtmlTag::a, HtmlTag::b, HtmlTag::big, HtmlTag::code,
                                        HtmlTag::em, HtmlTag::font, HtmlTag::i, HtmlTag::nobr,
                                        HtmlTag::s, HtmlTag::small, HtmlTag::strike,
                                        HtmlTag::strong, HtmlTag::tt, HtmlTag::u);
inline constexpr TagSet implied_end_tags(HtmlTag::dd, HtmlTag::dt, HtmlTag::li, HtmlTag::optgroup,
                                         HtmlTag::option, HtmlTag::p, HtmlTag::rb, HtmlTag::rp,
                                         HtmlTag::rt, HtmlTag::rtc);
inline constexpr TagSet thoroughly_implied_end_tags =
    implied_end_tags | TagSet(HtmlTag::caption, HtmlTag::colgroup, HtmlTag::tr) |
    table_section_tags | cell_tags;
// What belongs in a head, wherever it stands.
inline constexpr TagSet head_matter_tags(HtmlTag::base, HtmlTag::basefont, HtmlTag::bgsound,
                                         HtmlTag::link, HtmlTag::meta, HtmlTag::noframes,
                                         HtmlTag::script, HtmlTag::style, HtmlTag::template_,
                                         HtmlTag::title);
// Blocks that end a paragraph; their end tags close what is open inside.
inline constexpr TagSet block_tags(HtmlTag::address, HtmlTag::article, HtmlTag::aside,
                                   HtmlTag::blockquote, HtmlTag::center, HtmlTag::details,
                                   HtmlTag::dialog, HtmlTag::dir, HtmlTag::div, HtmlTag::dl,
                                   HtmlTag::fieldset, HtmlTag::figcaption, HtmlTag::figure,
                                   HtmlTag::footer, HtmlTag::header, HtmlTag::hgroup, HtmlTag::main,
                                   HtmlTag::menu, HtmlTag::nav, HtmlTag::ol, HtmlTag::p,
                                   HtmlTag::search, HtmlTag::section, HtmlTag::summary,
                                   HtmlTag::ul);
inline constexpr TagSet special_tags =
    block_tags | heading_tags | head_matter_tags | table_part_tags |
    TagSet(HtmlTag::applet, HtmlTag::area, HtmlTag::body, HtmlTag::br, HtmlTag::button, HtmlTag::dd,
           HtmlTag::dt, HtmlTag::embed, HtmlTag::form, HtmlTag::frame, HtmlTag::frameset,
           HtmlTag::head, HtmlTag::hr, HtmlTag::html, HtmlTag::iframe, HtmlTag::img, HtmlTag::input,
           HtmlTag::keygen, HtmlTag::li, HtmlTag::listing, HtmlTag::marquee, HtmlTag::noembed,
           HtmlTag::noscript, HtmlTag::object, HtmlTag::param, HtmlTag::plaintext, HtmlTag::pre,
           HtmlTag::select, HtmlTag::source, HtmlTag::table, HtmlTag::textarea, HtmlTag::track,
           HtmlTag::wbr, HtmlTag::xmp);

inline constexpr TagSet math_text_tags(HtmlTag::mi, HtmlTag::mn, HtmlTag::mo, HtmlTag::ms,
                                       HtmlTag::mtext);
inline constexpr TagSet svg_html_tags(HtmlTag::desc, HtmlTag::foreignobject, HtmlTag::title);

// Elements of other vocabularies in which HTML goes on (§13.2.6.5).
inline bool is_math_text(const DomNode& node) {
  return node.space == Namespace::math && math_text_tags.contains(tag_of(node.name));
}
inline bool is_svg_html(const DomNode& node) {
  return node.space == Namespace::svg && svg_html_tags.contains(tag_of(node.name));
}

inline bool is_annotation(const DomNode& node) {
  return node.space == Namespace::math && tag_of(node.name) == HtmlTag::annotation_xml;
}
// "HTML integration points".
bool takes_html(const DomNode& node);

inline bool ends_foreign_scope(const DomNode& node) {
  return is_math_text(node) || is_svg_html(node) || is_annotation(node);
}

inline bool is_special(const DomNode& node) {
  return node.space == Namespace::html ? special_tags.contains(tag_of(node.name))
                                       : ends_foreign_scope(node);
}

}  // namespace seekd::fetcher
