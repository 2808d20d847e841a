#include "daemon/answer/link_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "daemon/answer/link_filter.h"
#include "policy/ascii.h"

namespace seekd::daemon {
namespace {

using policy::is_letter;

using Kind = LinkReading::Kind;
using namespace std::string_view_literals;

constexpr std::size_t label_bytes_max = 1000;
constexpr std::size_t target_bytes_max = 4096;
constexpr std::size_t tag_bytes_max = 4096;

constexpr LinkReading text_here{};
constexpr LinkReading undecided{Kind::undecided, 0, {}, {}};

bool is_alphanumeric(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// Where something ends: npos, it does not; nullopt, the text ends before that is known.
using Place = std::optional<std::size_t>;
constexpr std::size_t nowhere = std::string_view::npos;

Place ran_out(std::string_view text, std::size_t at, std::size_t begin, std::size_t bytes_max,
              TextEnd end) {
  const bool over = at - begin > bytes_max || text.size() > LinkFilter::held_bytes_max;
  return end == TextEnd::closed || over ? Place(nowhere) : std::nullopt;
}

// The ']' of the '[' at 0. A blank line ends a paragraph, and with it every label.
Place label_end(std::string_view text, TextEnd end) {
  std::size_t depth = 0;
  std::size_t at = 0;
  for (; at < text.size() && at <= label_bytes_max; ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '\n' && at + 1 < text.size() && text[at + 1] == '\n') {
      return nowhere;
    } else if (text[at] == '[') {
      ++depth;
    } else if (text[at] == ']' && --depth == 0) {
      return at;
    }
  }
  return ran_out(text, at, 0, label_bytes_max, end);
}

// The ')' of the '(' at `open`.
Place target_end(std::string_view text, std::size_t open, TextEnd end) {
  std::size_t depth = 0;
  std::size_t at = open;
  for (; at < text.size() && at - open <= target_bytes_max; ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '\n' && at + 1 < text.size() && text[at + 1] == '\n') {
      return nowhere;
    } else if (text[at] == '(') {
      ++depth;
    } else if (text[at] == ')' && --depth == 0) {
      return at;
    }
  }
  return ran_out(text, at, open, target_bytes_max, end);
}

// The first word of what stands in a link's parentheses; a title may follow.
std::string_view first_word(std::string_view text) {
  const auto begin = std::ranges::find_if_not(text, is_space);
  std::string_view word(begin, std::ranges::find_if(begin, text.end(), is_space));
  if (word.starts_with('<') && word.ends_with('>') && word.size() > 1) {
    word = word.substr(1, word.size() - 2);
  }
  return word;
}

// RFC 3986 §3.1 and the ':' behind it.
bool begins_with_scheme(std::string_view text) {
  const std::size_t colon = text.find(':');
  return colon != nowhere && colon > 0 && is_letter(text[0]) &&
         std::ranges::all_of(text.substr(0, colon), [](char c) {
           return is_alphanumeric(c) || c == '+' || c == '-' || c == '.';
         });
}

// "[1]: The release …" is a note; a definition has a target and at most a title.
bool is_target(std::string_view word) {
  return begins_with_scheme(word) || word.starts_with('/') || word.starts_with('<') ||
         word.starts_with('\\') || word.contains("//") || word.contains("&#") || word.contains('%');
}

LinkReading read_definition(std::string_view text, std::size_t label_end, TextEnd end) {
  const std::size_t begin = label_end + 2;
  const std::string_view line = text.substr(0, begin + target_bytes_max);
  std::size_t at = begin;
  while (at < line.size() && is_space(line[at])) ++at;
  std::size_t word_end = at;
  while (word_end < line.size() && !is_space(line[word_end])) ++word_end;
  std::size_t after = word_end;
  while (after < line.size() && (line[after] == ' ' || line[after] == '\t')) ++after;
  const bool all = after < line.size() || line.size() == begin + target_bytes_max;
  if (!all && end == TextEnd::open) return undecided;
  const std::string_view word = line.substr(at, word_end - at);
  const bool alone = after == line.size() || "\r\n\"'("sv.contains(line[after]);
  if (!alone || !is_target(word)) return text_here;
  return {Kind::definition, word_end, text.substr(1, label_end - 1), first_word(word)};
}

LinkReading read_bracket(std::string_view text, TextEnd end) {
  const bool image = text[0] == '!';
  if (image && text.size() == 1) return end == TextEnd::closed ? text_here : undecided;
  const std::size_t open = image ? 1 : 0;
  if (text[open] != '[') return text_here;
  const Place close = label_end(text.substr(open), end);
  if (!close) return undecided;
  if (*close == nowhere) return text_here;
  const std::size_t after = open + *close + 1;
  if (after == text.size()) return end == TextEnd::closed ? text_here : undecided;
  if (!image && text[after] == ':') return read_definition(text, *close, end);
  if (text[after] != '(') return text_here;
  const Place target = target_end(text, after, end);
  if (!target) return undecided;
  if (*target == nowhere) return text_here;
  return {image ? Kind::image : Kind::link, *target + 1, text.substr(open + 1, *close - 1),
          first_word(text.substr(after + 1, *target - after - 1))};
}

constexpr std::array leading_tags{
    "a"sv,    "area"sv,   "applet"sv, "audio"sv,  "base"sv,  "body"sv,  "button"sv, "embed"sv,
    "form"sv, "frame"sv,  "iframe"sv, "image"sv,  "img"sv,   "input"sv, "link"sv,   "math"sv,
    "meta"sv, "object"sv, "script"sv, "source"sv, "style"sv, "svg"sv,   "track"sv,  "video"sv};

// "<a href=…>", "</a>", "<b onclick=…>"; "<b>" and "vector<int>" lead nowhere.
LinkReading read_tag(std::string_view text, std::size_t close) {
  const bool ends = text.size() > 1 && text[1] == '/';
  std::size_t at = ends ? 2 : 1;
  std::string name;
  while (at < close && (is_alphanumeric(text[at]) || text[at] == '-')) name += lower(text[at++]);
  const std::string_view rest = text.substr(at, close - at);
  if (name.empty() || !(rest.empty() || is_space(rest[0]) || rest[0] == '/')) return text_here;
  const bool leads = std::ranges::find(leading_tags, name) != leading_tags.end();
  if (!leads && !rest.contains('=')) return text_here;
  return {ends ? Kind::end_tag : Kind::tag, close + 1, {}, {}};
}

LinkReading read_angle(std::string_view text, TextEnd end) {
  if (text.size() == 1) return end == TextEnd::closed ? text_here : undecided;
  if (!is_letter(text[1]) && text[1] != '/') return text_here;
  std::size_t close = 1;
  while (close < text.size() && text[close] != '>' && text[close] != '<' &&
         !text.substr(close).starts_with("\n\n") && close <= tag_bytes_max) {
    ++close;
  }
  if (close == text.size() && end == TextEnd::open) return undecided;
  if (close >= text.size() || text[close] != '>') return text_here;
  const std::string_view inner = text.substr(1, close - 1);
  if (begins_with_scheme(inner) && std::ranges::none_of(inner, is_space)) {
    return {Kind::bare, close + 1, {}, inner};
  }
  return read_tag(text, close);
}

constexpr std::array beginnings{"https"sv, "http"sv, "ftp"sv, "www."sv};

bool equal_folded(std::string_view text, std::string_view lower_case) {
  return std::ranges::equal(text, lower_case, {}, lower);
}

// ASCII that a URL may hold; quotation marks and brackets of the text around it end it.
bool is_url_character(char c) {
  return c > ' ' && c < '\x7f' && !"<>\"`|{}"sv.contains(c);
}

// What a sentence puts after a URL is none of it.
std::size_t without_punctuation(std::string_view url) {
  std::size_t size = url.size();
  while (size > 0) {
    const char last = url[size - 1];
    const std::string_view rest = url.substr(0, size);
    const bool unpaired =
        (last == ')' && std::ranges::count(rest, '(') < std::ranges::count(rest, ')')) ||
        (last == ']' && std::ranges::count(rest, '[') < std::ranges::count(rest, ']'));
    if (!unpaired && !".,;:!?'*_~"sv.contains(last)) break;
    --size;
  }
  return size;
}

// A letter of another script goes on with the URL where it is linked, a full stop ends it: U+3000
// to U+303F, U+FF00 to U+FFEF and the general punctuation are none of it.
bool goes_on(std::string_view after) {
  if (after.empty() || static_cast<unsigned char>(after[0]) < 0x80) return false;
  return !after.starts_with("\xe3\x80") && !after.starts_with("\xef\xbc") &&
         !after.starts_with("\xef\xbd") && !after.starts_with("\xe2\x80");
}

LinkReading read_bare(std::string_view text, TextEnd end) {
  const auto begins = [&](std::string_view beginning) {
    const std::size_t shared = std::min(text.size(), beginning.size());
    return equal_folded(text.substr(0, shared), beginning.substr(0, shared));
  };
  const auto* beginning = std::ranges::find_if(beginnings, begins);
  if (beginning == beginnings.end()) return text_here;
  if (text.size() <= beginning->size()) return end == TextEnd::closed ? text_here : undecided;
  const char next = text[beginning->size()];
  // ':' may be written as an entity, and slashes may be escaped.
  const bool named = *beginning == "www." ? is_alphanumeric(next) : ":&\\"sv.contains(next);
  if (!named) return text_here;
  std::size_t size = 0;
  while (size < text.size() && is_url_character(text[size]) && size <= target_bytes_max) ++size;
  constexpr std::size_t mark_bytes = 3;  // of the character behind it
  if (size + mark_bytes > text.size() && end == TextEnd::open && size <= target_bytes_max) {
    const bool ended = size < text.size() && static_cast<unsigned char>(text[size]) < 0x80;
    if (!ended) return undecided;
  }
  const std::string_view word = text.substr(0, size);
  if (*beginning != "www." && !word.contains('/') && !word.contains('\\')) return text_here;
  const std::size_t kept = without_punctuation(word);
  // What a renderer would link beyond it is no source's address.
  const bool whole = !(kept == size && goes_on(text.substr(size)));
  return {Kind::bare, kept, {}, whole ? word.substr(0, kept) : std::string_view{}};
}

}  // namespace

bool may_begin_link(char before, char first) {
  if (first == '[' || first == '!' || first == '<') return true;
  return !is_alphanumeric(before) && "hHfFwW"sv.contains(first);
}

LinkReading read_link(std::string_view text, TextEnd end) {
  if (text[0] == '[' || text[0] == '!') return read_bracket(text, end);
  return text[0] == '<' ? read_angle(text, end) : read_bare(text, end);
}

}  // namespace seekd::daemon
