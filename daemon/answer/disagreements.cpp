#include "daemon/answer/disagreements.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "daemon/answer/written_dates.h"
#include "policy/page_date.h"

namespace seekd::daemon {
namespace {

using Texts = std::set<std::string>;

constexpr std::size_t sentences_max = 16;   // that are compared
constexpr double question_share_min = 0.5;  // of the question's words in each
constexpr double common_share_min = 0.6;    // of both sentences' other words

struct Said {
  RelevantSentence sentence;
  Texts values;
  Texts words;  // content words less the values
  Texts asked;  // of the question's words, those that the sentence or its page's title has
};

Texts common(const Texts& a, const Texts& b) {
  Texts out;
  std::ranges::set_intersection(a, b, std::inserter(out, out.end()));
  return out;
}

Texts less(const Texts& a, const Texts& b) {
  Texts out;
  std::ranges::set_difference(a, b, std::inserter(out, out.end()));
  return out;
}

Said read(const RelevantSentence& sentence, const Passage& passage, const Texts& question) {
  Said said{.sentence = sentence, .values = {}, .words = {}, .asked = {}};
  const std::vector<WrittenDate> dates = read_dates(sentence.text);
  for (const WrittenDate& date : dates) said.values.insert(to_text(date));
  const TextFacts facts = read_facts(without_dates(sentence.text, dates));
  said.values.insert(facts.numbers.begin(), facts.numbers.end());
  said.words.insert(facts.terms.begin(), facts.terms.end());
  said.words = less(said.words, said.values);
  Texts all(facts.terms.begin(), facts.terms.end());
  const TextFacts title = read_facts(passage.title + "\n" + passage.heading_path);
  all.insert(title.terms.begin(), title.terms.end());
  said.asked = common(all, question);
  return said;
}

bool differ(const Said& a, const Said& b) {
  if (less(a.values, b.values).size() != 1 || less(b.values, a.values).size() != 1) return false;
  if (a.asked != b.asked) return false;
  Texts all = a.words;
  all.insert(b.words.begin(), b.words.end());
  const std::size_t shared = common(a.words, b.words).size();
  return shared >= 2 &&
         static_cast<double>(shared) >= common_share_min * static_cast<double>(all.size());
}

Disagreement ordered(const Said& a, const Said& b, std::span<const Passage> passages) {
  const auto day = [&](const Said& said) {
    const Passage& passage = passages[said.sentence.passage];
    return policy::day_of_page(passage.published, passage.modified);
  };
  const auto first = day(a);
  const auto second = day(b);
  if (!first || !second || *first == *second) return {a.sentence, b.sentence, false};
  return *first < *second ? Disagreement{a.sentence, b.sentence, true}
                          : Disagreement{b.sentence, a.sentence, true};
}

std::string quoted(const RelevantSentence& sentence, std::span<const Passage> passages) {
  const Passage& passage = passages[sentence.passage];
  const std::string& date = passage.modified.empty() ? passage.published : passage.modified;
  return passage.url + (date.empty() ? "" : " (" + date + ")") + " says “" +
         std::string(sentence.text) + "”";
}

}  // namespace

std::vector<Disagreement> find_disagreements(std::span<const Passage> passages,
                                             std::string_view question) {
  const TextFacts asked = read_facts(question);
  const Texts terms(asked.terms.begin(), asked.terms.end());
  std::vector<Said> all;
  for (const RelevantSentence& sentence : relevant_sentences(passages, question, sentences_max)) {
    if (sentence.share < question_share_min) continue;
    all.push_back(read(sentence, passages[sentence.passage], terms));
  }
  std::vector<Disagreement> found;
  for (std::size_t one = 0; one < all.size(); ++one) {
    for (std::size_t other = one + 1; other < all.size(); ++other) {
      const Passage& first = passages[all[one].sentence.passage];
      const Passage& second = passages[all[other].sentence.passage];
      if (first.url == second.url || !differ(all[one], all[other])) continue;
      found.push_back(ordered(all[one], all[other], passages));
      if (found.size() == disagreements_max) return found;
    }
  }
  return found;
}

Notice disagreement_notice(const Disagreement& disagreement, std::span<const Passage> passages) {
  return {"sources_disagree", passages[disagreement.newer.passage].url,
          quoted(disagreement.newer, passages) + "; " + quoted(disagreement.older, passages) +
              (disagreement.ordered ? ", which is older" : "")};
}

}  // namespace seekd::daemon
