#include "fetcher/extract/text_features.h"

#include <algorithm>
#include <unordered_map>

#include "fetcher/extract/feature_math.h"

namespace seekd::fetcher {
namespace {

constexpr double kind_words_max = 60;  // as text_shape.cpp counts them
constexpr std::uint32_t copies_before_max = 3;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  return (a ^ b) * 0x9E3779B97F4A7C15 + (a >> 29);
}

std::uint64_t run_of_three(const std::vector<std::uint64_t>& words, std::size_t last) {
  return mix(mix(words[last - 2], words[last - 1]), words[last]);
}

// How much like the end of a sentence.
double ending(char32_t last) {
  switch (last) {
    case '.':
    case '!':
    case 0x3002:  // 。
    case 0xFF01:  // ！
      return 3;
    case '?':
    case 0xFF1F:  // ？
      return 2.5;
    case ':':
    case 0xFF1A:  // ：
      return 2;
    case ',':
      return 1.5;
    case '"':
    case ')':
    case 0x201D:  // ”
      return 1;
    default:
      return last >= '0' && last <= '9' ? 0.5 : 0;
  }
}

double beginning(char32_t first) {
  if (first >= 'a' && first <= 'z') return 1;
  if (first >= 'A' && first <= 'Z') return 2;
  if (first >= '0' && first <= '9') return 3;
  return first < 0x80 ? 4 : 0;
}

}  // namespace

TextFeatures::TextFeatures(const PageText& page, const PageClaims& claims)
    : page_(page),
      title_(words_in(claims.metadata.title)),
      description_(words_in(claims.description)) {
  for (std::string_view rest = claims.json_ld.text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    add_runs(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  json_ld_.sort();
  const TextShape* heading = nullptr;
  for (std::uint32_t i = 0; i < page.size(); ++i) {
    headings_.push_back(heading);
    if (page.is_heading(i)) heading = &page.shapes[i];
  }
  count_copies();
}

void TextFeatures::count_copies() {
  std::unordered_map<std::string_view, std::uint32_t> seen;
  for (const TextBlock& b : page_.blocks) copies_before_.push_back(seen[b.block.text]++);
  for (const TextBlock& b : page_.blocks) copies_.push_back(seen[b.block.text]);
}

TextFeatures::WordSet TextFeatures::words_in(std::string_view text) {
  WordSet words;
  for (const std::uint64_t word : shape_of(text).hashes) words.add(word);
  words.sort();
  return words;
}

void TextFeatures::add_runs(std::string_view text) {
  const auto words = shape_of(text).hashes;
  for (std::size_t i = 2; i < words.size(); ++i) json_ld_.add(run_of_three(words, i));
}

double TextFeatures::overlap(std::uint32_t block, const WordSet& words) const {
  const auto& hashes = page_.shapes[block].hashes;
  if (words.empty() || hashes.empty()) return 0;
  const auto hits = std::ranges::count_if(hashes, [&](auto h) { return words.contains(h); });
  return static_cast<double>(hits) / static_cast<double>(hashes.size());
}

double TextFeatures::json_ld_overlap(std::uint32_t block) const {
  const auto& words = page_.shapes[block].hashes;
  if (json_ld_.empty()) return -1;
  if (words.size() < 3) return -0.5;
  std::size_t hits = 0;
  for (std::size_t i = 2; i < words.size(); ++i) {
    if (json_ld_.contains(run_of_three(words, i))) ++hits;
  }
  return static_cast<double>(hits) / static_cast<double>(words.size() - 2);
}

void TextFeatures::add(std::uint32_t block, FeatureTable& table) const {
  add_text(block, table);
  add_kinds("word kind ", &page_.shapes[block], table);
  add_kinds("heading word kind ", headings_[block], table);
  add_copies(block, table);
}

void TextFeatures::add_text(std::uint32_t block, FeatureTable& table) const {
  const Block& b = page_.blocks[block].block;
  const TextShape& s = page_.shapes[block];
  table.add("kind", static_cast<double>(b.kind));
  table.add("level", b.level);
  table.add("words", log1(s.words));
  table.add("word length", ratio(s.letters, s.words));
  table.add("link share", link_share(page_.blocks[block]));
  table.add("commas", ratio(s.commas, s.words));
  table.add("sentences", log1(s.sentences));
  table.add("words per sentence", log1(s.words / (s.sentences + 1.0)));
  table.add("digits", ratio(s.digits, s.letters));
  table.add("capitals", ratio(s.upper, s.letters));
  table.add("currency", s.currency);
  table.add("marks", s.marks);
  table.add("asian", ratio(s.asian, s.letters));
  table.add("ends", ending(s.last));
  table.add("begins", beginning(s.first));
  table.add("lines", log1(static_cast<double>(std::ranges::count(b.text, '\n'))));
}

void TextFeatures::add_kinds(std::string_view group, const TextShape* shape,
                             FeatureTable& table) const {
  for (std::size_t kind = 0; kind < word_kinds; ++kind) {
    const double share =
        shape == nullptr ? -1 : shape->kinds[kind] / (3 + std::min(shape->words, kind_words_max));
    table.add(group, word_kind_names[kind], share);
  }
}

void TextFeatures::add_copies(std::uint32_t block, FeatureTable& table) const {
  table.add("copies", log1(copies_[block] - 1.0));
  table.add("copies before", std::min(copies_before_[block], copies_before_max));
  table.add("title overlap", overlap(block, title_));
  table.add("description overlap", overlap(block, description_));
  table.add("json-ld overlap", json_ld_overlap(block));
}

}  // namespace seekd::fetcher
