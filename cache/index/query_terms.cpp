#include "cache/index/query_terms.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "cache/index/characters.h"
#include "policy/utf8.h"

namespace seekd::cache {
namespace {

using Forms = std::vector<std::string>;

class FormReader {
 public:
  FormReader(const CountersRecord& counters, TermReader& terms) : terms_(terms) {
    for (std::size_t i = 0; i < language_count; ++i) {
      if (counters.languages[i] > 0) languages_.push_back(static_cast<Language>(i));
    }
  }

  // Of each term of the text, in its order.
  std::vector<Forms> read(std::string_view text) const {
    std::vector<Forms> all;
    for (const Language language : languages_) {
      std::vector<std::string> terms = terms_.read(text, language);
      all.resize(terms.size());  // as many in every language
      for (std::size_t i = 0; i < terms.size(); ++i) all[i].push_back(std::move(terms[i]));
    }
    for (Forms& forms : all) {
      std::ranges::sort(forms);
      const auto rest = std::ranges::unique(forms);
      forms.erase(rest.begin(), rest.end());
    }
    return all;
  }

 private:
  TermReader& terms_;
  std::vector<Language> languages_;  // that the index has passages of
};

// The words of a phrase that are terms wherever it stands. Names made of several words are none: in
// a longer name they are another. One ideograph alone is none: between others it stands in pairs.
std::vector<std::string> words_of(std::string_view phrase, TermReader& terms) {
  std::vector<std::string> words;
  const std::string sequence = terms.sequence(phrase);
  bool ideographs = false;
  for (std::size_t begin = 1; begin < sequence.size();) {
    const std::size_t end = sequence.find('\n', begin);
    const std::string_view word = std::string_view(sequence).substr(begin, end - begin);
    const bool ideograph = is_ideograph(policy::character_at(word, 0));
    if (ideograph && ideographs) {
      words.back() += word;
    } else {
      words.emplace_back(word);
    }
    ideographs = ideograph;
    begin = end + 1;
  }
  std::erase_if(words, [](std::string_view word) {
    const std::string_view first = policy::character_at(word, 0);
    return is_ideograph(first) && first.size() == word.size();
  });
  return words;
}

}  // namespace

std::vector<QueryTerm> query_terms(const WrittenQuery& query, const CountersRecord& counters,
                                   TermReader& terms) {
  const FormReader reader(counters, terms);
  std::map<Forms, QueryTerm> by_forms;
  const auto add = [&](std::string_view text, Demand demand) {
    for (Forms& forms : reader.read(text)) {
      if (by_forms.size() == query_terms_max && !by_forms.contains(forms)) return;
      QueryTerm& term =
          by_forms.try_emplace(forms, QueryTerm{.forms = forms, .count = 0}).first->second;
      if (demand == Demand::wanted) {
        ++term.count;
      } else {
        term.demand = demand;
      }
    }
  };
  add(query.words, Demand::wanted);
  for (const std::string& phrase : query.phrases) {
    for (const std::string& word : words_of(phrase, terms)) add(word, Demand::required);
  }
  std::vector<QueryTerm> all;
  for (auto& [forms, term] : by_forms) {
    term.count = std::max(term.count, 1U);
    all.push_back(std::move(term));
  }
  return all;
}

}  // namespace seekd::cache
