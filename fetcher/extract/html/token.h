// What the tokenizer makes of HTML text: tags, runs of characters, comments, a doctype.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "fetcher/extract/html/tag.h"

namespace seekd::fetcher {

struct HtmlAttribute {
  std::string_view name{};   // ASCII letters in lower case
  std::string_view value{};  // character references resolved
};

// The name of an element: a HtmlTag, or one more than all of them for each other name of the page.
enum class NameId : std::uint32_t {};

constexpr NameId name_id(HtmlTag tag) {
  return static_cast<NameId>(tag);
}
constexpr HtmlTag tag_of(NameId name) {
  return static_cast<std::uint32_t>(name) < html_tags ? static_cast<HtmlTag>(name)
                                                      : HtmlTag::unknown;
}

enum class TokenKind : std::uint8_t {
  start_tag,
  end_tag,
  text,  // never empty
  comment,
  doctype,
  end,  // of the text, or of what may be read of it
};

// Views of the page's text or of the tokenizer's memory, which live as long as the page's tree.
struct Token {
  TokenKind kind = TokenKind::end;
  bool self_closing = false;                    // of a start tag
  bool force_quirks = false;                    // of a doctype
  NameId name{};                                // of a tag
  std::string_view text{};                      // of a text or a comment; a doctype's name
  std::span<const HtmlAttribute> attributes{};  // of a start tag; until the next token
  std::optional<std::string_view> public_id{};  // of a doctype
  std::optional<std::string_view> system_id{};  // likewise

  HtmlTag tag() const { return tag_of(name); }
  bool is_start(HtmlTag other) const { return kind == TokenKind::start_tag && tag() == other; }
  bool is_end(HtmlTag other) const { return kind == TokenKind::end_tag && tag() == other; }
};

}  // namespace seekd::fetcher
