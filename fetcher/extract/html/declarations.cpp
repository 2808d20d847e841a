// The tokenizer's readers of what "<!" begins: comments, doctypes, CDATA sections.
#include <algorithm>

#include "fetcher/extract/html/ascii.h"
#include "fetcher/extract/html/tokenizer.h"

namespace seekd::fetcher {

// §13.2.5.42
Token Tokenizer::read_declaration() {
  constexpr std::string_view doctype = "doctype";
  constexpr std::string_view cdata = "[CDATA[";
  const std::string_view behind = rest().substr(2);
  if (behind.starts_with("--")) {
    at_ += 4;
    return read_comment();
  }
  if (equal_letters(behind.substr(0, doctype.size()), doctype)) {
    at_ += 2 + doctype.size();
    return read_doctype();
  }
  if (cdata_allowed_ && behind.starts_with(cdata)) {
    at_ += 2 + cdata.size();
    return read_cdata();
  }
  return read_bogus_comment(at_ + 2);
}

// §13.2.5.43 to .52, behind "<!--".
Token Tokenizer::read_comment() {
  const std::size_t begin = at_;
  for (const std::string_view abrupt : {">", "->"}) {
    if (!rest().starts_with(abrupt)) continue;
    at_ += abrupt.size();
    return {.kind = TokenKind::comment, .text = {}};
  }
  const std::size_t plain = find_comment_end(begin);
  const std::size_t bang = html_.substr(0, plain).find("--!>", begin);
  const std::size_t end = std::min({plain, bang, html_.size()});
  std::string_view text = html_.substr(begin, end - begin);
  at_ = std::min(end + (bang < plain ? 4 : 3), html_.size());
  if (end == html_.size()) {
    for (const std::string_view open : {"--!", "--", "-"}) {
      if (!text.ends_with(open)) continue;
      text.remove_suffix(open.size());
      break;
    }
  }
  return {.kind = TokenKind::comment, .text = with_replaced_nulls(text)};
}

// §13.2.5.41
Token Tokenizer::read_bogus_comment(std::size_t begin) {
  const std::size_t end = std::min(html_.find('>', begin), html_.size());
  at_ = std::min(end + 1, html_.size());
  return {.kind = TokenKind::comment,
          .text = with_replaced_nulls(html_.substr(begin, end - begin))};
}

// §13.2.5.69; of no text where it is empty.
Token Tokenizer::read_cdata() {
  const std::size_t begin = at_;
  const std::size_t end = std::min(html_.find("]]>", begin), html_.size());
  Token token = text_token(begin, end);
  at_ = std::min(end + 3, html_.size());
  return begin == end ? next() : token;
}

// §13.2.5.53 to .68, behind "<!doctype".
Token Tokenizer::read_doctype() {
  Token token{.kind = TokenKind::doctype};
  const std::size_t end = std::min(html_.find('>', at_), html_.size());
  const auto skip_space = [&] {
    while (at_ < end && is_html_space(html_[at_])) ++at_;
  };
  skip_space();
  const std::size_t begin = at_;
  while (at_ < end && !is_html_space(html_[at_])) ++at_;
  token.text = with_replaced_nulls(lower(html_.substr(begin, at_ - begin)));
  skip_space();
  const std::string_view keyword = html_.substr(at_, std::min<std::size_t>(6, end - at_));
  const bool is_public = equal_letters(keyword, "public");
  const bool is_system = equal_letters(keyword, "system");
  token.force_quirks = token.text.empty() || end == html_.size();
  if (is_public || is_system) {
    at_ += keyword.size();
    if (is_public) token.public_id = read_quoted();
    if (is_system || token.public_id) token.system_id = read_quoted();
    token.force_quirks = token.force_quirks || (is_public ? !token.public_id : !token.system_id);
  } else if (at_ < end) {
    token.force_quirks = true;
  }
  at_ = std::min(html_.find('>', at_), html_.size());
  token.force_quirks = token.force_quirks || at_end();
  at_ = std::min(at_ + 1, html_.size());
  return token;
}

// A quoted identifier; a '>' ends it as it ends the doctype.
std::optional<std::string_view> Tokenizer::read_quoted() {
  while (!at_end() && is_html_space(html_[at_])) ++at_;
  if (at_end() || (html_[at_] != '"' && html_[at_] != '\'')) return std::nullopt;
  const std::size_t begin = at_ + 1;
  const char stops[] = {html_[at_], '>'};
  const std::size_t end =
      std::min(html_.find_first_of(std::string_view(stops, 2), begin), html_.size());
  at_ = end < html_.size() && html_[end] != '>' ? end + 1 : end;
  return with_replaced_nulls(html_.substr(begin, end - begin));
}

}  // namespace seekd::fetcher
