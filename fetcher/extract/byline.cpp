#include "fetcher/extract/byline.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "fetcher/extract/text_shape.h"
#include "fetcher/extract/word_table.h"
#include "policy/ascii.h"
#include "policy/page_text_guard.h"

namespace seekd::fetcher {
namespace {

using policy::is_digit;

constexpr std::size_t date_bytes_max = 60;
constexpr std::size_t author_bytes_max = 80;
constexpr std::size_t nodes_max = 30;  // below an element that is one line

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
bool is_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}
// "post-date" and "post_date" hold the word "date", "update" and "postdates" do not.
// What a word of a class or an itemprop says of its element, in bits.
enum NameWord : std::uint8_t { date = 1, modified = 2, author = 4 };
constexpr auto name_entries =
    std::to_array<std::pair<std::string_view, int>>({{"author", author},
                                                     {"byline", author},
                                                     {"date", date},
                                                     {"datemodified", date | modified},
                                                     {"datepublished", date},
                                                     {"modified", modified},
                                                     {"posted", date},
                                                     {"pubdate", date},
                                                     {"published", date},
                                                     {"timestamp", date},
                                                     {"updated", date | modified}});
constexpr WordTable<int, name_entries.size()> name_words(name_entries);
constexpr std::size_t word_bytes_max = 13;  // of the longest

int read_names(std::string_view names) {
  int said = 0;
  std::array<char, word_bytes_max> word{};
  std::size_t size = 0;
  for (std::size_t at = 0; at <= names.size(); ++at) {
    const char c = at < names.size() ? names[at] : ' ';
    if (is_letter(c)) {
      if (size++ < word.size()) word[size - 1] = lower(c);
      continue;
    }
    const int* known = size <= word.size() ? name_words.find({word.data(), size}) : nullptr;
    if (known != nullptr) said |= *known;
    size = 0;
  }
  return said;
}

int names_of(const HtmlNode& node) {
  return read_names(attribute(node, "class")) | read_names(attribute(node, "itemprop"));
}

// The element's text on one line, "" where it is longer than `bytes_max`.
std::string short_text(std::span<const HtmlNode> nodes, std::uint32_t index,
                       std::size_t bytes_max) {
  if (nodes[index].end - index > nodes_max) return {};
  std::string text;
  for (std::uint32_t i = index + 1; i < nodes[index].end; ++i) {
    for (const char c : nodes[i].text) {
      const bool space = c == ' ' || (c >= '\t' && c <= '\r');
      if (!space) text += c;
      if (space && !text.empty() && text.back() != ' ') text += ' ';
    }
    if (text.size() > bytes_max + 1) return {};
  }
  while (text.ends_with(' ')) text.pop_back();
  return policy::visible_text(text);
}

std::string author_of(std::string text) {
  for (const std::string_view before : {"Written by ", "Posted by ", "By ", "by ", "BY "}) {
    if (text.starts_with(before)) text.erase(0, before.size());
  }
  const bool name = std::ranges::any_of(text, [](char c) { return is_letter(c) || (c & 0x80); }) &&
                    std::ranges::none_of(text, is_digit);
  return name ? text : std::string{};
}

void read_date(std::span<const HtmlNode> nodes, std::uint32_t index, Byline& byline) {
  std::string text(attribute(nodes[index], "content"));
  if (text.empty()) text = attribute(nodes[index], "datetime");
  if (text.empty()) text = short_text(nodes, index, date_bytes_max);
  if (!says_date(text)) return;
  const bool changed = ((names_of(nodes[index]) | read_names(text)) & modified) != 0;
  std::string& field = changed ? byline.modified : byline.published;
  if (field.empty()) field = std::move(text);
}

}  // namespace

bool says_date(std::string_view text) {
  if (text.empty() || text.size() > date_bytes_max) return false;
  bool year = false;
  int numbers = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    const std::string_view number = text.substr(at, end - at);
    if (!number.empty()) ++numbers;
    year = year || (number.size() == 4 && (number.starts_with("20") || number.starts_with("19")));
    at = end + 1;
  }
  const float months = shape_of(text).kinds[static_cast<std::size_t>(WordKind::date)];
  return year && (numbers >= 3 || (numbers >= 2 && months > 0));
}

void read_byline(std::span<const HtmlNode> nodes, std::uint32_t index, Byline& byline) {
  const HtmlNode& node = nodes[index];
  if (node.attributes.empty()) return;
  const int names = names_of(node);
  if ((names & date) != 0) read_date(nodes, index, byline);
  if (!byline.author.empty()) return;
  if ((names & author) != 0 || attribute(node, "rel") == "author") {
    byline.author = author_of(short_text(nodes, index, author_bytes_max));
  }
}

}  // namespace seekd::fetcher
