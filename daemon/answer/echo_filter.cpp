#include "daemon/answer/echo_filter.h"

#include <algorithm>
#include <utility>

#include "policy/ascii.h"

namespace seekd::daemon {
namespace {

// What is left of the tags around the pages when MarkerFilter has taken out their marker; a page
// about a markup that has such a tag has it without the blank.
constexpr std::array<std::string_view, 2> tags{"<pages ", "</pages "};
constexpr char any_hex = '\0';  // in a phrase: hex digits and blanks up to the next byte
constexpr std::size_t hex_bytes_max = 24;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

char lower(char c) {
  return policy::is_upper(c) ? static_cast<char>(c + 32) : c;
}

bool is_word(char c) {
  return policy::is_letter(c) || policy::is_digit(c);
}

bool is_hex(char c) {
  return policy::is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}

std::string normalised(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == any_hex) continue;
    if (!is_blank(c)) {
      out += lower(c);
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (out.ends_with(' ')) out.pop_back();
  return out.substr(0, EchoFilter::phrase_bytes_max);
}

}  // namespace

EchoFilter::EchoFilter(std::vector<Phrase> phrases) {
  for (const std::string_view tag : tags) add({std::string(tag) + any_hex + '>'});
  for (Phrase& phrase : phrases) {
    phrase.text = normalised(phrase.text);
    if (!phrase.text.empty() && phrases_.size() < phrases_max) add(std::move(phrase));
  }
}

void EchoFilter::add(Phrase phrase) {
  by_first_[static_cast<unsigned char>(phrase.text.front())].push_back(phrases_.size());
  phrases_.push_back(std::move(phrase));
}

std::string EchoFilter::feed(std::string_view text) {
  if (phrases_.empty()) return std::string(text);
  std::string certain;
  for (const char c : text) {
    held_ += c;
    if (!step(c)) continue;
    certain += give_out();
  }
  return certain;
}

std::string EchoFilter::finish() {
  // Of a whole line that ends with the text, and of a tag that the text's end cuts off.
  for (const Begun& begun : begun_) {
    const Phrase& phrase = phrases_[begun.phrase];
    const bool whole = begun.matched == phrase.text.size();
    const bool cut_tag =
        begun.matched < phrase.text.size() && phrase.text[begun.matched] == any_hex;
    if (!whole && !cut_tag) continue;
    take_out(begun.at, held_.size());
    break;
  }
  begun_.clear();
  return std::exchange(held_, {});
}

EchoFilter::Fit EchoFilter::advance(Begun& begun, char next) const {
  const Phrase& phrase = phrases_[begun.phrase];
  const std::string& text = phrase.text;
  if (held_.size() - begun.at > held_bytes_max) return Fit::no;
  if (begun.matched == text.size()) {  // of a whole line: it has to end here
    if (next == '\n') return Fit::ended_above;
    return is_blank(next) ? Fit::goes_on : Fit::no;
  }
  if (text[begun.matched] == any_hex) {
    if (next == text[begun.matched + 1]) return Fit::ends;
    const bool short_yet = held_.size() - begun.at < tags[1].size() + hex_bytes_max;
    return short_yet && (is_hex(next) || next == ' ') ? Fit::goes_on : Fit::no;
  }
  const bool line = phrase.extent == Extent::whole_line;
  if (is_blank(next) && !(line && next == '\n')) {
    if (text[begun.matched] == ' ') {
      ++begun.matched;
      return Fit::goes_on;
    }
    return begun.matched > 0 && text[begun.matched - 1] == ' ' ? Fit::goes_on : Fit::no;
  }
  if (lower(next) != text[begun.matched]) return Fit::no;
  ++begun.matched;
  return begun.matched == text.size() && !line ? Fit::ends : Fit::goes_on;
}

// False: what has come may be going on as a phrase.
bool EchoFilter::step(char next) {
  const std::size_t here = held_.size() - 1;
  if (!is_word(before_)) {
    for (const std::size_t phrase : by_first_[static_cast<unsigned char>(lower(next))]) {
      const bool line = phrases_[phrase].extent == Extent::whole_line;
      if (!line || line_blank_) begun_.push_back({phrase, 0, here});
    }
  }
  line_blank_ = next == '\n' || (line_blank_ && is_blank(next));
  before_ = next;
  for (std::size_t at = 0; at < begun_.size();) {
    const Fit fit = advance(begun_[at], next);
    if (fit == Fit::ends || fit == Fit::ended_above) {
      take_out(begun_[at].at, fit == Fit::ends ? here + 1 : here);
      begun_.clear();
      return true;
    }
    if (fit == Fit::no) {
      begun_.erase(begun_.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      ++at;
    }
  }
  return begun_.empty() || begun_.front().at > 0;
}

void EchoFilter::take_out(std::size_t begin, std::size_t end) {
  held_.erase(begin, end - begin);
  ++removed_;
}

// Up to where a phrase may have begun; the first of begun_ began first.
std::string EchoFilter::give_out() {
  if (begun_.empty()) return std::exchange(held_, {});
  const std::size_t certain = begun_.front().at;
  std::string out = held_.substr(0, certain);
  held_.erase(0, certain);
  for (Begun& begun : begun_) begun.at -= certain;
  return out;
}

}  // namespace seekd::daemon
