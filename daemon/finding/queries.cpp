#include "daemon/finding/queries.h"

#include <algorithm>
#include <ranges>
#include <string>

#include "daemon/answer/sources.h"
#include "daemon/finding/query_date.h"
#include "daemon/finding/query_words.h"
#include "policy/url_mentions.h"

namespace seekd::daemon {
namespace {

using Kind = QueryWord::Kind;

// Of a long text, the question stands at its beginning or its end; what lies between is material.
constexpr std::size_t edge_bytes = 600;
constexpr std::size_t words_max = 16;   // search engines read about as many
constexpr std::size_t carried_max = 6;  // out of what was said before
constexpr std::size_t turns_back_max = 4;
constexpr std::size_t whole_words = 3;  // a question of fewer may lack its subject

std::string edges(const std::string& text) {
  if (text.size() <= 2 * edge_bytes) return text;
  return text.substr(0, edge_bytes) + '\n' + text.substr(text.size() - edge_bytes);
}

std::string asked_text(const std::string& message) {
  const std::string text = edges(message);
  return search_text(text, policy::url_mentions(text));
}

bool holds(const std::vector<QueryWord>& words, const QueryWord& word) {
  return std::ranges::any_of(words, [&](const QueryWord& other) {
    return std::ranges::equal(other.text, word.text,
                              [](char a, char b) { return (a | 0x20) == (b | 0x20); });
  });
}

void keep_first(std::vector<QueryWord>& words, std::size_t most) {
  std::vector<QueryWord> kept;
  for (QueryWord& word : words) {
    if (kept.size() < most && !holds(kept, word)) kept.push_back(std::move(word));
  }
  words = std::move(kept);
}

bool is_subject(const QueryWord& word) {
  return word.kind != Kind::plain;
}

// Of a question that goes on with another subject ("and Osprey?") what was asked is carried, not of
// whom; of one that refers back ("its price?") all that was spoken of.
std::vector<QueryWord> carried(const std::vector<QueryWord>& before, const QueryWords& now) {
  const bool other_subject =
      now.goes_on && !now.refers_back && std::ranges::any_of(now.words, is_subject);
  std::vector<QueryWord> words;
  for (const QueryWord& word : before) {
    if (other_subject && word.kind == Kind::name) continue;
    if (!holds(now.words, word)) words.push_back(word);
  }
  keep_first(words, carried_max);
  return words;
}

bool lacks_subject(const QueryWords& question) {
  const bool named = std::ranges::any_of(question.words, is_subject);
  if (question.goes_on) return true;
  return question.refers_back && (!named || question.words.size() < whole_words);
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// "last week" finds pages that say so, of any week; a year stands on the pages that are meant.
void leave_out(std::string& text, std::string_view phrases) {
  for (const auto part : std::views::split(phrases, std::string_view(", "))) {
    const std::string_view phrase(part.begin(), part.end());
    if (phrase.empty() || phrase.find_first_of("0123456789") != phrase.npos) continue;
    const auto found = std::ranges::search(text, phrase, {}, lower, lower);
    if (found.empty()) continue;
    text.replace(static_cast<std::size_t>(found.begin() - text.begin()), found.size(), " ");
  }
}

// The words of the last question, with those of earlier ones that it needs to stand alone: resolved
// from the first turn on, so that "it" in the third means what the second meant by it.
std::vector<QueryWord> standing_alone(std::span<const model::Message> conversation,
                                      const std::optional<WantedTime>& time) {
  std::vector<const std::string*> turns;
  for (const model::Message& message : conversation | std::views::reverse) {
    if (message.role == model::Role::user && turns.size() <= turns_back_max)
      turns.push_back(&message.content);
  }
  std::vector<QueryWord> words;
  for (const std::string* turn : turns | std::views::reverse) {
    std::string text = asked_text(*turn);
    if (time && turn == turns.front()) leave_out(text, time->words);
    QueryWords question = query_words(text);
    if (!words.empty() && lacks_subject(question)) {
      std::vector<QueryWord> all = carried(words, question);
      std::ranges::move(question.words, std::back_inserter(all));
      question.words = std::move(all);
    }
    if (!question.words.empty()) words = std::move(question.words);
  }
  keep_first(words, words_max);
  return words;
}

std::string joined(const std::vector<QueryWord>& words) {
  std::string text;
  for (const QueryWord& word : words) text.append(text.empty() ? "" : " ").append(word.text);
  return text;
}

// U+3040 to U+30FF are kana, which Chinese has none of.
std::string language_of(std::string_view text) {
  if (!holds_han(text)) return "";
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    const auto a = static_cast<unsigned char>(text[i]), b = static_cast<unsigned char>(text[i + 1]);
    if (a == 0xE3 && b >= 0x81 && b <= 0x83) return "ja";
  }
  return "zh";
}

// In the language of the sources: what is written in Latin script within a Chinese question is what
// the pages about it are written in.
std::optional<std::string> latin_words(const std::vector<QueryWord>& words) {
  std::vector<QueryWord> latin;
  bool han = false;
  for (const QueryWord& word : words) {
    if (word.kind == Kind::han) han = true;
    if (word.kind != Kind::han) latin.push_back(word);
  }
  const bool says_something = std::ranges::any_of(latin, [](const QueryWord& word) {
    return std::ranges::any_of(word.text,
                               [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; });
  });
  if (!han || !says_something) return std::nullopt;
  return joined(latin);
}

// "" where the question says it in so many words.
std::string date_of(const std::string& text, const std::optional<WantedTime>& time) {
  if (!time || names_year(text)) return "";
  return date_words(time->begin, time->end,
                    holds_han(text) ? DateStyle::chinese : DateStyle::english);
}

}  // namespace

WebQuery query_of(std::string text) {
  WebQuery query;
  query.language = language_of(text);
  query.text = std::move(text);
  return query;
}

std::vector<WebQuery> web_queries(std::span<const model::Message> conversation,
                                  const std::optional<WantedTime>& time, std::size_t most) {
  const std::vector<QueryWord> words = standing_alone(conversation, time);
  if (words.empty() || most == 0) return {};
  const std::string text = joined(words);
  std::vector<WebQuery> queries{query_of(text)};
  if (const std::string date = date_of(text, time); !date.empty()) {
    queries.push_back(query_of(text + ' ' + date));
  }
  if (const auto latin = latin_words(words)) queries.push_back(query_of(*latin));
  if (queries.size() > most) queries.resize(most);
  return queries;
}

std::optional<WantedTime> wanted_time(const policy::QuestionVerdict& verdict, TimePoint now) {
  if (verdict.time) {
    const policy::TimeSpan& span = verdict.time->span;
    return WantedTime{span.begin, span.end, verdict.time->words};
  }
  const bool changes =
      verdict.needs_fresh && verdict.change_class >= policy::ChangeClass::fast_changing;
  if (!changes) return std::nullopt;
  return WantedTime{now, now + std::chrono::days(28), ""};
}

std::vector<WebQuery> queries_for(const Question& question, const policy::QuestionVerdict& verdict,
                                  TimePoint now, std::size_t most) {
  std::vector<WebQuery> queries = web_queries(question.messages, wanted_time(verdict, now), most);
  for (WebQuery& query : queries) {
    query.hosts = question.hosts;
    query.hosts_denied = question.hosts_denied;
  }
  return queries;
}

}  // namespace seekd::daemon
