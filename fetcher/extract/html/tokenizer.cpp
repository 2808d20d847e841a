#include "fetcher/extract/html/tokenizer.h"

#include <algorithm>
#include <cstring>

#include "fetcher/extract/html/ascii.h"

namespace seekd::fetcher {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

bool ends_name(char c) {
  return is_html_space(c) || c == '/' || c == '>';
}

}  // namespace

Tokenizer::Tokenizer(std::string_view html, std::pmr::memory_resource& memory, ParseLimits& limits)
    : html_(html), memory_(memory), limits_(limits), has_nulls_(html.contains('\0')) {}

Token Tokenizer::next() {
  if (at_end() || limits_.passed()) return {};
  if (model_ == TextModel::data) return read_data();
  return read_raw_text();
}

void Tokenizer::read_as(TextModel model, NameId name) {
  model_ = model;
  raw_name_ = name;
}

std::string_view Tokenizer::name_of(NameId name) const {
  const auto number = static_cast<std::size_t>(name);
  return number < html_tags ? fetcher::name_of(tag_of(name)) : names_[number - html_tags];
}

Token Tokenizer::text_token(std::size_t begin, std::size_t end) {
  at_ = end;
  return {.kind = TokenKind::text, .text = html_.substr(begin, end - begin)};
}

// §13.2.5.6: what follows a '<' that begins markup.
bool Tokenizer::markup_begins(std::size_t at) const {
  if (at + 1 >= html_.size()) return false;
  const char c = html_[at + 1];
  return is_letter(c) || c == '!' || c == '?' || (c == '/' && at + 2 < html_.size());
}

Token Tokenizer::read_data() {
  const std::size_t begin = at_;
  std::size_t end = html_.find('<', at_);
  while (end != html_.npos && !markup_begins(end)) end = html_.find('<', end + 1);
  if (end == begin) return read_markup();
  Token token = text_token(begin, std::min(end, html_.size()));
  token.text = resolved(token.text, ReferenceIn::text);
  return token;
}

// Up to the end tag, which is read as a tag next.
Token Tokenizer::read_raw_text() {
  const TextModel model = model_;
  std::size_t end = html_.size();
  if (model != TextModel::plaintext) {
    end = model == TextModel::script ? end_of_script() : end_of_raw_text();
    if (end < html_.size()) model_ = TextModel::data;
  }
  if (end == at_) return read_data();
  Token token = text_token(at_, end);
  if (model == TextModel::rcdata) token.text = resolved(token.text, ReferenceIn::text);
  token.text = with_replaced_nulls(token.text);
  return token;
}

// "</name" where the name ends.
bool Tokenizer::is_end_tag(std::size_t at) const {
  const std::string_view name = name_of(raw_name_);
  const std::size_t behind = at + 2 + name.size();
  return behind < html_.size() && html_[at + 1] == '/' &&
         equal_letters(html_.substr(at + 2, name.size()), name) && ends_name(html_[behind]);
}

std::size_t Tokenizer::end_of_raw_text() const {
  std::size_t at = html_.find('<', at_);
  while (at != html_.npos && !is_end_tag(at)) at = html_.find('<', at + 1);
  return std::min(at, html_.size());
}

std::size_t Tokenizer::find_comment_end(std::size_t from) {
  if (from < comment_end_from_ || from > comment_end_) {
    comment_end_from_ = from;
    comment_end_ = html_.find("-->", from);
  }
  return comment_end_;
}

// §13.2.5.15 to .31: behind "<!--" a "<script" makes the next end tag part of the text.
std::size_t Tokenizer::end_of_script() {
  enum { plain, escaped, double_escaped } state = plain;
  std::size_t comment_end = html_.npos;  // of the "<!--" that the text is in
  for (std::size_t at = html_.find('<', at_); at != html_.npos; at = html_.find('<', at + 1)) {
    if (state != plain && comment_end < at) state = plain;
    const std::string_view here = html_.substr(at);
    if (state == plain && here.starts_with("<!--")) {
      state = escaped;
      comment_end = find_comment_end(at + 2);
    } else if (is_end_tag(at)) {
      if (state != double_escaped) return at;
      state = escaped;
    } else if (state == escaped && here.size() > 7 && equal_letters(here.substr(1, 6), "script") &&
               ends_name(here[7])) {
      state = double_escaped;
    }
  }
  return html_.size();
}

Token Tokenizer::read_markup() {
  const char c = html_[at_ + 1];
  if (c == '!') return read_declaration();
  if (c == '?') return read_bogus_comment(at_ + 1);
  if (c != '/') {
    at_ += 1;
    return read_tag(TokenKind::start_tag);
  }
  const char first = html_[at_ + 2];
  if (is_letter(first)) {
    at_ += 2;
    return read_tag(TokenKind::end_tag);
  }
  if (first != '>') return read_bogus_comment(at_ + 2);
  at_ += 3;
  return next();
}

NameId Tokenizer::read_name() {
  const std::size_t begin = at_;
  while (!at_end() && !ends_name(html_[at_])) ++at_;
  const std::string_view name = lower(html_.substr(begin, at_ - begin));
  const HtmlTag tag = tag_named(name);
  if (tag != HtmlTag::unknown) return name_id(tag);
  const auto id = static_cast<NameId>(html_tags + names_.size());
  const auto [known, added] = ids_.try_emplace(name, id);
  if (added) names_.push_back(name);
  return known->second;
}

// A tag that the page ends in is none.
Token Tokenizer::read_tag(TokenKind kind) {
  limits_.count_tag();
  Token token{.kind = kind, .name = read_name()};
  if (!read_attributes(kind, token)) return {};
  token.attributes = attributes_;
  return token;
}

// §13.2.5.32 to .40. False where the page ends.
bool Tokenizer::read_attributes(TokenKind kind, Token& token) {
  attributes_.clear();
  std::size_t count = 0;
  for (;;) {
    while (!at_end() && is_html_space(html_[at_])) ++at_;
    if (at_end()) break;
    const char c = html_[at_];
    if (c == '>') {
      ++at_;
      limits_.count_attributes(count);
      return true;
    }
    if (c == '/') {
      ++at_;
      token.self_closing = !at_end() && html_[at_] == '>';
      continue;
    }
    if (++count > tag_attributes_max) break;
    read_attribute(kind);
  }
  limits_.count_attributes(count);
  at_ = html_.size();
  return false;
}

void Tokenizer::read_attribute(TokenKind kind) {
  const std::size_t begin = at_++;  // even a '='
  while (!at_end() && !ends_name(html_[at_]) && html_[at_] != '=') ++at_;
  std::string_view name = html_.substr(begin, at_ - begin);
  while (!at_end() && is_html_space(html_[at_])) ++at_;
  std::string_view value;
  if (!at_end() && html_[at_] == '=') {
    ++at_;
    value = read_value();
  }
  if (kind == TokenKind::end_tag) return;
  name = with_replaced_nulls(lower(name));
  limits_.count_comparisons(attributes_.size());
  if (std::ranges::find(attributes_, name, &HtmlAttribute::name) != attributes_.end()) return;
  attributes_.push_back({name, with_replaced_nulls(resolved(value, ReferenceIn::attribute))});
}

// As written.
std::string_view Tokenizer::read_value() {
  while (!at_end() && is_html_space(html_[at_])) ++at_;
  if (at_end() || html_[at_] == '>') return {};
  const char quote = html_[at_];
  if (quote == '"' || quote == '\'') {
    const std::size_t begin = at_ + 1;
    const std::size_t end = std::min(html_.find(quote, begin), html_.size());
    at_ = std::min(end + 1, html_.size());
    return html_.substr(begin, end - begin);
  }
  const std::size_t begin = at_;
  while (!at_end() && !is_html_space(html_[at_]) && html_[at_] != '>') ++at_;
  return html_.substr(begin, at_ - begin);
}

std::string_view Tokenizer::lower(std::string_view name) {
  if (std::ranges::none_of(name, is_upper)) return name;
  auto* copy = static_cast<char*>(memory_.allocate(name.size(), 1));
  std::ranges::transform(name, copy, to_lower);
  return {copy, name.size()};
}

std::string_view Tokenizer::resolved(std::string_view text, ReferenceIn where) {
  if (!text.contains('&')) return text;
  auto* copy = static_cast<char*>(memory_.allocate(resolved_bytes_max(text.size()), 1));
  return {copy, resolve_references(text, where, copy)};
}

std::string_view Tokenizer::with_replaced_nulls(std::string_view text) {
  if (!has_nulls_ || !text.contains('\0')) return text;
  auto* const copy = static_cast<char*>(memory_.allocate(text.size() * replacement.size(), 1));
  char* out = copy;
  for (const char c : text) {
    if (c != '\0') {
      *out++ = c;
      continue;
    }
    std::memcpy(out, replacement.data(), replacement.size());
    out += replacement.size();
  }
  return {copy, static_cast<std::size_t>(out - copy)};
}

}  // namespace seekd::fetcher
