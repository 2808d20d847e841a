#include "daemon/answer/citations.h"

#include <algorithm>
#include <optional>
#include <ranges>
#include <string>
#include <tuple>
#include <unordered_set>

#include "daemon/answer/claims.h"
#include "daemon/answer/word_lists.h"

namespace seekd::daemon {
namespace {

using WordSet = std::unordered_set<std::string>;

constexpr std::size_t circle_terms_min = 6;

// One to support_sentences_max consecutive sentences of a passage.
struct Window {
  std::size_t passage = 0;
  ByteRange range;  // of the passage's text
  std::size_t sentences = 1;
  Statement page;
  WordSet terms;
  double question_share = 0.0;
};

struct Marker {
  std::size_t at = 0;      // byte of '['
  std::size_t number = 0;  // from 1
};

double share_of(const std::vector<std::string>& terms, const WordSet& found) {
  if (terms.empty()) return 0.0;
  const auto hits =
      std::ranges::count_if(terms, [&](const auto& term) { return found.contains(term); });
  return static_cast<double>(hits) / static_cast<double>(terms.size());
}

Window make_window(const Passage& passage, std::size_t index, ByteRange range,
                   const std::vector<std::string>& question_terms) {
  Window window;
  window.passage = index;
  window.range = range;
  window.page =
      read_statement(std::string_view(passage.text).substr(range.begin, range.end - range.begin));
  window.terms.insert(window.page.facts.terms.begin(), window.page.facts.terms.end());
  window.question_share = share_of(question_terms, window.terms);
  return window;
}

// What this sentence is about stands in the one before it.
bool refers_back(std::string_view sentence) {
  const TextFacts facts = read_facts(sentence);
  return !facts.sequence.empty() && is_back_reference(facts.sequence.front().text);
}

std::vector<Window> make_windows(std::span<const Passage> passages, std::string_view question) {
  const std::vector<std::string> question_terms = read_facts(question).terms;
  std::vector<Window> windows;
  for (std::size_t index = 0; index < passages.size(); ++index) {
    const std::vector<ByteRange> sentences = split_sentences(passages[index].text);
    for (std::size_t first = 0; first < sentences.size(); ++first) {
      const std::size_t last = std::min(first + support_sentences_max, sentences.size());
      for (std::size_t end = first; end < last; ++end) {
        if (end > first && !refers_back(passages[index].text.substr(
                               sentences[end].begin, sentences[end].end - sentences[end].begin))) {
          break;
        }
        windows.push_back(make_window(
            passages[index], index, {sentences[first].begin, sentences[end].end}, question_terms));
        windows.back().sentences = end - first + 1;
      }
    }
  }
  return windows;
}

// What a passage says of itself beyond its text: a page about Debian need not repeat the name in
// each sentence.
std::vector<WordSet> read_names(std::span<const Passage> passages) {
  std::vector<WordSet> names;
  for (const Passage& passage : passages) {
    names.push_back(read_facts(passage.title + "\n" + passage.heading_path).words);
  }
  return names;
}

// "[12]" with at most three digits; other brackets are text.
std::vector<Marker> find_markers(std::string_view text) {
  std::vector<Marker> markers;
  for (std::size_t at = text.find('['); at != std::string_view::npos; at = text.find('[', at + 1)) {
    std::size_t end = at + 1;
    std::size_t number = 0;
    while (end < text.size() && end < at + 4 && text[end] >= '0' && text[end] <= '9') {
      number = number * 10 + static_cast<std::size_t>(text[end++] - '0');
    }
    if (end > at + 1 && end < text.size() && text[end] == ']') markers.push_back({at, number});
  }
  return markers;
}

// Markers are no part of what a sentence says; blanks keep the offsets.
std::string without_markers(std::string_view text, const std::vector<Marker>& markers) {
  std::string blanked(text);
  for (const Marker& marker : markers) {
    std::fill(blanked.begin() + static_cast<std::ptrdiff_t>(marker.at),
              blanked.begin() + static_cast<std::ptrdiff_t>(blanked.find(']', marker.at) + 1), ' ');
  }
  return blanked;
}

// A marker after the full stop belongs to the sentence before it.
std::vector<std::size_t> markers_of(const std::vector<ByteRange>& sentences, std::size_t index,
                                    const std::vector<Marker>& markers) {
  const std::size_t begin = index == 0 ? 0 : sentences[index].begin;
  const std::size_t end =
      index + 1 < sentences.size() ? sentences[index + 1].begin : std::string_view::npos;
  std::vector<std::size_t> numbers;
  for (const Marker& marker : markers) {
    if (marker.at >= begin && marker.at < end) numbers.push_back(marker.number);
  }
  return numbers;
}

bool claims_something(std::string_view sentence, const TextFacts& facts) {
  if (sentence.ends_with('?') || sentence.ends_with("？")) return false;
  // A model that runs in circles: half of its words are repeated, and any page that has the others
  // would seem to agree.
  const WordSet different(facts.terms.begin(), facts.terms.end());
  return facts.terms.size() < circle_terms_min || different.size() * 2 > facts.terms.size();
}

class SupportFinder {
 public:
  SupportFinder(std::span<const Passage> passages, std::string_view question)
      : passages_(passages),
        names_(read_names(passages)),
        windows_(make_windows(passages, question)) {}

  // The best window of any passage, or of passage `only`.
  std::optional<Support> find(const Statement& sentence, std::optional<std::size_t> only) const {
    const Window* best = nullptr;
    Rank best_rank;
    for (const Window& window : windows_) {
      if (only && window.passage != *only) continue;
      const double share = share_of(sentence.facts.terms, window.terms);
      if (share == 0.0 || !says(window.page, names_[window.passage], sentence)) continue;
      const Rank rank{-static_cast<double>(window.sentences), share, window.question_share,
                      -static_cast<double>(window.range.end - window.range.begin)};
      if (best != nullptr && rank <= best_rank) continue;
      best = &window;
      best_rank = rank;
    }
    if (best == nullptr) return std::nullopt;
    const std::size_t offset = passages_[best->passage].byte_begin;
    return Support{{}, best->passage, {offset + best->range.begin, offset + best->range.end}};
  }

 private:
  // The tightest first: few sentences, then many of the words, then many of the question's.
  using Rank = std::tuple<double, double, double, double>;

  std::span<const Passage> passages_;
  std::vector<WordSet> names_;
  std::vector<Window> windows_;
};

}  // namespace

SupportedText find_supports(std::string_view text, std::span<const Passage> passages,
                            std::string_view question) {
  const std::vector<Marker> markers = find_markers(text);
  const std::string plain = without_markers(text, markers);
  const std::vector<ByteRange> sentences = split_sentences(plain);
  const SupportFinder finder(passages, question);
  SupportedText out;
  if (sentences.empty()) out.markers_dropped = markers.size();
  for (std::size_t index = 0; index < sentences.size(); ++index) {
    const ByteRange range = sentences[index];
    const auto sentence = std::string_view(plain).substr(range.begin, range.end - range.begin);
    const Statement statement = read_statement(sentence);
    const bool claims = claims_something(sentence, statement.facts);
    std::optional<Support> support;
    for (const std::size_t number : markers_of(sentences, index, markers)) {
      const bool given = number >= 1 && number <= passages.size();
      const auto named = claims && given ? finder.find(statement, number - 1) : std::nullopt;
      if (!named) ++out.markers_dropped;
      if (named && !support) support = named;
    }
    if (claims && !support) support = finder.find(statement, std::nullopt);
    if (!support) continue;
    support->sentence = range;
    out.supports.push_back(*support);
  }
  return out;
}

}  // namespace seekd::daemon
