// HTML text as tokens (WHATWG HTML §13.2.5), a run of characters at a time.
//
// Not thread-safe. Any valid UTF-8 without carriage returns is a page: parse errors are not
// reported. Time is linear in the text but for the comparisons that its limits count.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fetcher/extract/html/character_references.h"
#include "fetcher/extract/html/parse_limits.h"
#include "fetcher/extract/html/token.h"

namespace seekd::fetcher {

// How the text is read up to the end tag of the element that was opened last (§13.2.5.1 to .5).
enum class TextModel : std::uint8_t {
  data,
  rcdata,     // no tags: <title>, <textarea>
  raw_text,   // nor character references: <style>
  script,     // nor an end tag in what "<!-- <script>" begins
  plaintext,  // to the end of the page
};

class Tokenizer {
 public:
  // `memory` takes what is not as written in `html`; both outlive the tokens.
  Tokenizer(std::string_view html, std::pmr::memory_resource& memory, ParseLimits& limits);

  Token next();

  // Of what follows the start tag `name`. REQUIRES: it is the last token.
  void read_as(TextModel model, NameId name);
  // May "<![CDATA[" begin text? Only in foreign elements.
  void allow_cdata(bool allowed) { cdata_allowed_ = allowed; }

  // Zero bytes are U+FFFD where they are kept.
  std::string_view with_replaced_nulls(std::string_view text);

  // Of a NameId that this tokenizer gave.
  std::string_view name_of(NameId name) const;

 private:
  bool at_end() const { return at_ >= html_.size(); }
  std::string_view rest() const { return html_.substr(at_); }

  Token text_token(std::size_t begin, std::size_t end);
  Token read_data();
  Token read_raw_text();
  Token read_markup();
  Token read_tag(TokenKind kind);
  Token read_declaration();
  Token read_comment();
  Token read_bogus_comment(std::size_t begin);
  Token read_doctype();
  Token read_cdata();

  bool markup_begins(std::size_t at) const;
  std::size_t end_of_script();
  std::size_t end_of_raw_text() const;
  bool is_end_tag(std::size_t at) const;
  std::size_t find_comment_end(std::size_t from);

  NameId read_name();
  bool read_attributes(TokenKind kind, Token& token);
  void read_attribute(TokenKind kind);
  std::string_view read_value();
  std::optional<std::string_view> read_quoted();

  std::string_view lower(std::string_view name);
  std::string_view resolved(std::string_view text, ReferenceIn where);

  std::string_view html_;
  std::pmr::memory_resource& memory_;
  ParseLimits& limits_;
  bool has_nulls_;
  std::size_t at_ = 0;
  TextModel model_ = TextModel::data;
  NameId raw_name_{};  // whose end tag ends the raw text
  bool cdata_allowed_ = false;
  // The first "-->" at or behind a place: looked for once, however often it is asked for.
  std::size_t comment_end_from_ = 0;
  std::size_t comment_end_ = 0;
  std::vector<HtmlAttribute> attributes_;  // of the last start tag
  std::vector<std::string_view> names_;    // of what is no HtmlTag
  std::unordered_map<std::string_view, NameId> ids_;
};

}  // namespace seekd::fetcher
