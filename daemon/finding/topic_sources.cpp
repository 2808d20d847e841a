#include "daemon/finding/topic_sources.h"

#include <algorithm>

#include "policy/content_terms.h"
#include "policy/words.h"

namespace seekd::daemon {
namespace {

std::vector<std::string> texts_of(std::string_view text) {
  std::vector<std::string> texts;
  for (policy::Word& word : policy::words_of(text)) texts.push_back(std::move(word.text));
  return texts;
}

// The entry's words stand side by side in the query.
bool meets(const std::vector<std::string>& query, std::string_view entry) {
  const std::vector<std::string> wanted = texts_of(entry);
  return !wanted.empty() && !std::ranges::search(query, wanted).empty();
}

std::size_t shared_terms(const std::vector<std::string>& wanted, std::string_view text) {
  const std::vector<std::string> held = policy::content_terms(text);
  return static_cast<std::size_t>(std::ranges::count_if(
      wanted, [&](const std::string& term) { return std::ranges::binary_search(held, term); }));
}

// The words of an address: of a sitemap's entry all there is.
std::string as_words(std::string_view url) {
  std::string words(url.substr(std::min(url.find("//") + 2, url.size())));
  std::ranges::replace_if(
      words, [](char c) { return c == '-' || c == '_' || c == '/' || c == '.'; }, ' ');
  return words;
}

}  // namespace

TopicSources topic_sources(std::span<const policy::SearchTopic> topics, const WebQuery& query) {
  const std::vector<std::string> words = texts_of(query.text);
  policy::SearchTerms terms;
  terms.text = query.text;
  terms.language = query.language;
  TopicSources sources;
  const auto add = [&](const std::vector<std::string>& templates, auto take) {
    for (const std::string& written : templates) {
      if (const auto url = policy::filled(written, terms, 1)) take(url->text());
    }
  };
  for (const policy::SearchTopic& topic : topics) {
    if (std::ranges::none_of(topic.words, [&](const auto& entry) { return meets(words, entry); })) {
      continue;
    }
    add(topic.urls, [&](std::string url) {
      sources.pages.push_back(
          {std::move(url), "", "", "", std::string(topic_provider), policy::Provenance::site_list});
    });
    add(topic.feeds, [&](std::string url) { sources.feeds.push_back(std::move(url)); });
  }
  return sources;
}

std::vector<WebResult> fitting_entries(const FetchedPage& feed, const WebQuery& query,
                                       std::size_t most) {
  struct Fitting {
    WebResult result;
    std::size_t shared;
  };
  const std::vector<std::string> wanted = policy::content_terms(query.text);
  std::vector<Fitting> fitting;
  for (const PageEntry& entry : feed.entries) {
    const std::size_t shared = shared_terms(wanted, entry.title + ' ' + as_words(entry.url));
    if (shared == 0) continue;
    const std::string& date = entry.published.empty() ? entry.modified : entry.published;
    fitting.push_back(
        {{entry.url, entry.title, "", date, std::string(topic_provider), policy::Provenance::feed},
         shared});
  }
  std::ranges::stable_sort(fitting, [](const Fitting& a, const Fitting& b) {
    return a.shared != b.shared ? a.shared > b.shared : a.result.published > b.result.published;
  });
  std::vector<WebResult> results;
  for (Fitting& each : fitting) {
    if (results.size() == most) break;
    results.push_back(std::move(each.result));
  }
  return results;
}

}  // namespace seekd::daemon
