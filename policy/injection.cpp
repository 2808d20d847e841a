#include "policy/injection.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "policy/disguised_text.h"
#include "policy/injection_signs.h"
#include "policy/sign_pattern.h"

namespace seekd::policy {
namespace {

constexpr std::size_t window_bytes = 900;  // signs further apart do not speak of the same
constexpr double quoted_weight = 0.35;     // of a sign that is quoted by a text about injections

struct Found {
  InjectionKind kind{};
  double weight = 0.0;
  TextRange range;
};

// The patterns by the words that they can begin with.
class SignIndex {
 public:
  SignIndex() {
    for (const InjectionSign& sign : injection_signs()) {
      const SignPattern& pattern = patterns_.emplace_back(undisguised(sign.pattern).text);
      for (const std::string& word : pattern.first_words()) {
        auto& there = by_word_[word];
        if (there.empty() || there.back() != patterns_.size() - 1) {
          there.push_back(patterns_.size() - 1);
        }
      }
    }
  }

  void find(std::span<const SignWord> words, std::vector<Found>& found) const {
    for (std::size_t at = 0; at < words.size(); ++at) {
      const auto there = by_word_.find(words[at].text);
      if (there == by_word_.end()) continue;
      for (const std::size_t index : there->second) {
        const auto length = patterns_[index].length_at(words.subspan(at));
        if (!length) continue;
        const InjectionSign& sign = injection_signs()[index];
        const TextRange range{words[at].range.begin, words[at + *length - 1].range.end};
        found.push_back({sign.kind, sign.weight, range});
      }
    }
  }

 private:
  std::vector<SignPattern> patterns_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_word_;
};

// Within a URL alone a placeholder is one.
bool stands_in_url(std::string_view text, std::size_t at) {
  constexpr std::size_t url_bytes = 500;
  const std::string_view before =
      text.substr(at - std::min(at, url_bytes), std::min(at, url_bytes));
  const std::size_t space = before.find_last_of(" \n(");
  return before.substr(space == before.npos ? 0 : space + 1).contains("http");
}

void find_marks(std::string_view text, std::vector<Found>& found) {
  for (const InjectionMark& mark : injection_marks()) {
    for (std::size_t at = text.find(mark.text); at != text.npos;
         at = text.find(mark.text, at + 1)) {
      if (mark.kind == InjectionKind::uses_tools && !stands_in_url(text, at)) continue;
      found.push_back({mark.kind, mark.weight, {at, at + mark.text.size()}});
    }
  }
}

// Words that ran together when their letters had stood apart.
void find_run_together(std::span<const SignWord> words, std::vector<Found>& found) {
  constexpr std::size_t joined_bytes_min = 20;
  for (const SignWord& word : words) {
    if (word.text.size() < joined_bytes_min) continue;
    const std::size_t verb = std::min(word.text.find("ignore"), word.text.find("disregard"));
    if (verb == std::string::npos) continue;
    if (word.text.find("instruction", verb) == std::string::npos) continue;
    found.push_back({InjectionKind::override_instructions, 0.75, word.range});
  }
}

bool is_about_injection(std::string_view text) {
  return std::ranges::any_of(words_about_injection(),
                             [&](std::string_view word) { return text.contains(word); });
}

// Where an opening mark stands before and its closing one behind, in the same line.
bool is_quoted(std::string_view text, TextRange range) {
  constexpr std::size_t reach = 200;
  constexpr std::pair<std::string_view, std::string_view> quotes[] = {
      {"\"", "\""}, {"“", "”"}, {"'", "'"},   {"‘", "’"},
      {"`", "`"},   {"«", "»"}, {"「", "」"}, {"„", "“"}};
  const std::size_t begin = range.begin - std::min(range.begin, reach);
  const std::string_view before = text.substr(begin, range.begin - begin);
  const std::string_view inside = text.substr(range.begin, range.end - range.begin);
  const std::string_view behind = text.substr(range.end, reach);
  return std::ranges::any_of(quotes, [&](const auto& quote) {
    if (inside.contains(quote.first) && quote.first != "'") return true;
    const std::size_t open = before.rfind(quote.first);
    const std::size_t close = behind.find(quote.second);
    if (open == before.npos || close == behind.npos) return false;
    return !before.substr(open).contains('\n') && !behind.substr(0, close).contains('\n');
  });
}

const SignIndex& sign_index() {
  static const SignIndex index;
  return index;
}

// The signs of one reading, at their places in the text as written.
std::vector<Found> signs_in(const FoldedText& reading) {
  std::vector<Found> found;
  const std::vector<SignWord> words = sign_words(reading.text);
  sign_index().find(words, found);
  find_run_together(words, found);
  find_marks(reading.text, found);
  const bool about = !found.empty() && is_about_injection(reading.text);
  for (Found& sign : found) {
    if (about && is_quoted(reading.text, sign.range)) sign.weight *= quoted_weight;
    sign.range = reading.original(sign.range);
  }
  return found;
}

// Signs of different kinds speak for each other; of one kind the surest counts.
double score_of(std::span<const Found> signs) {
  std::unordered_map<InjectionKind, double> surest;
  for (const Found& sign : signs) {
    double& weight = surest[sign.kind];
    weight = std::max(weight, sign.weight);
  }
  double innocent = 1.0;
  for (const auto& [kind, weight] : surest) innocent *= 1.0 - weight;
  return 1.0 - innocent;
}

void add_span(std::vector<TextRange>& spans, TextRange span) {
  if (!spans.empty() && span.begin <= spans.back().end) {
    spans.back().end = std::max(spans.back().end, span.end);
  } else {
    spans.push_back(span);
  }
}

}  // namespace

std::string_view to_string(InjectionKind kind) {
  switch (kind) {
    case InjectionKind::override_instructions:
      return "override_instructions";
    case InjectionKind::addresses_assistant:
      return "addresses_assistant";
    case InjectionKind::changes_role:
      return "changes_role";
    case InjectionKind::asks_for_secrets:
      return "asks_for_secrets";
    case InjectionKind::keeps_from_user:
      return "keeps_from_user";
    case InjectionKind::steers_answer:
      return "steers_answer";
    case InjectionKind::uses_tools:
      return "uses_tools";
    case InjectionKind::imitates_markup:
      return "imitates_markup";
    case InjectionKind::denies_sources:
      break;
  }
  return "denies_sources";
}

std::optional<Injection> find_injection(std::string_view text) {
  std::vector<Found> signs = signs_in(undisguised(text));
  for (const FoldedText& part : decoded_parts(text)) {
    // What is hidden in a code and sounds so is meant.
    for (const Found& sign : signs_in(part)) {
      if (sign.weight >= 0.5) signs.push_back({sign.kind, 0.8, sign.range});
    }
  }
  std::ranges::sort(signs, {}, [](const Found& sign) { return sign.range.begin; });
  Injection injection;
  double surest = 0.0;
  for (std::size_t first = 0, last = 0; first < signs.size(); ++first) {
    while (last < signs.size() &&
           signs[last].range.begin < signs[first].range.begin + window_bytes) {
      ++last;
    }
    const auto window = std::span(signs).subspan(first, last - first);
    const double score = score_of(window);
    injection.score = std::max(injection.score, score);
    if (score < injection_score_min) continue;
    for (const Found& sign : window) {
      add_span(injection.spans, sign.range);
      if (sign.weight > surest) injection.kind = sign.kind;
      surest = std::max(surest, sign.weight);
    }
  }
  if (injection.score < injection_score_min) return std::nullopt;
  return injection;
}

}  // namespace seekd::policy
