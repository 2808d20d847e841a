#include "config/search_reader.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/scalar_readers.h"
#include "config/table_reader.h"
#include "policy/collection.h"
#include "policy/quoted.h"
#include "policy/selector.h"

namespace seekd::config {
namespace {

using namespace std::chrono_literals;
using policy::SearchKind;
using policy::SearchProvider;
using policy::SearchTopic;

constexpr std::string_view brave_url = "https://api.search.brave.com/res/v1/web/search";
constexpr std::string_view brave_header = "X-Subscription-Token";
constexpr std::size_t providers_max = 32;
constexpr std::size_t topics_max = 1000;
constexpr std::size_t header_bytes_max = 64;

Result<std::string> read_some_text(const Value& value) {
  Result<std::string> text = read_text(value);
  if (text && text->empty()) return refuse(value, "is empty");
  return text;
}

Result<std::string> read_name(const Value& value) {
  Result<std::string> name = read_text(value);
  if (name && !policy::is_collection_name(*name)) {
    return refuse(value, policy::quoted(*name) +
                             " is no provider's name: 1 to 64 lower-case letters, digits, '-' and "
                             "'_'");
  }
  return name;
}

Result<SearchKind> read_kind(const Value& value) {
  const Result<std::string> text = read_text(value);
  if (!text) return std::unexpected(text.error());
  std::string known;
  for (const SearchKind kind : {SearchKind::searxng, SearchKind::brave, SearchKind::mediawiki,
                                SearchKind::opensearch, SearchKind::custom}) {
    if (to_string(kind) == *text) return kind;
    known += (known.empty() ? "" : ", ") + std::string(to_string(kind));
  }
  return refuse(value, policy::quoted(*text) + " is no kind of provider (known: " + known + ')');
}

// RFC 5646 §2.2.1: two or three letters, in lower case.
Result<std::string> read_language(const Value& value) {
  Result<std::string> text = read_text(value);
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  if (text && (text->size() < 2 || text->size() > 3 || !std::ranges::all_of(*text, is_letter))) {
    return refuse(value, policy::quoted(*text) + " is no language such as \"en\" or \"zh\"");
  }
  return text;
}

// RFC 9110 §5.6.2: a token, of which letters, digits and '-' are enough for a field's name.
Result<std::string> read_header_name(const Value& value) {
  Result<std::string> text = read_text(value);
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  if (text &&
      (text->empty() || text->size() > header_bytes_max || !std::ranges::all_of(*text, is_plain))) {
    return refuse(value, policy::quoted(*text) + " is no name of a header field");
  }
  return text;
}

template <std::string policy::ResultPlaces::* Member>
Status set_place(SearchProvider& provider, const Value& value) {
  Result<std::string> place = read_some_text(value);
  if (place && place->size() > policy::result_place_bytes_max) {
    return refuse(value, "is longer than any place of a result");
  }
  return assign(provider.places.*Member, std::move(place));
}

using P = SearchProvider;
using R = policy::ResultPlaces;
constexpr std::array provider_keys{
    Key<P>{"name", [](P& p, const Value& v) { return assign(p.name, read_name(v)); }},
    Key<P>{"kind", [](P& p, const Value& v) { return assign(p.kind, read_kind(v)); }},
    Key<P>{"url", [](P& p, const Value& v) { return assign(p.url, read_some_text(v)); }},
    Key<P>{"key_file",
           [](P& p, const Value& v) { return assign(p.key_file, read_absolute_path(v)); }},
    Key<P>{"key_header",
           [](P& p, const Value& v) { return assign(p.key_header, read_header_name(v)); }},
    Key<P>{"languages",
           [](P& p, const Value& v) { return assign(p.languages, read_each(v, read_language)); }},
    Key<P>{"results_max",
           [](P& p, const Value& v) {
             return assign(p.results_max, read_count(v, {1, policy::search_results_max}));
           }},
    Key<P>{"interval",
           [](P& p, const Value& v) { return assign(p.interval, read_duration(v, {0ms, 1h})); }},
    Key<P>{"timeout",
           [](P& p, const Value& v) { return assign(p.timeout, read_duration(v, {100ms, 5min})); }},
    Key<P>{"weight",
           [](P& p, const Value& v) { return assign(p.weight, read_count(v, {1, 100})); }},
    Key<P>{"results", set_place<&R::results>},
    Key<P>{"result_url", set_place<&R::url>},
    Key<P>{"result_title", set_place<&R::title>},
    Key<P>{"result_snippet", set_place<&R::snippet>},
    Key<P>{"result_published", set_place<&R::published>},
};

Result<std::string> read_template(const Value& value) {
  Result<std::string> text = read_some_text(value);
  if (!text) return text;
  if (const Status checked = policy::check_template(*text); !checked) {
    return refuse(value, checked.error().message);
  }
  return text;
}

constexpr std::array topic_keys{
    Key<SearchTopic>{"words",
                     [](SearchTopic& t, const Value& v) {
                       return assign(t.words, read_each(v, read_some_text));
                     }},
    Key<SearchTopic>{
        "urls",
        [](SearchTopic& t, const Value& v) { return assign(t.urls, read_each(v, read_template)); }},
    Key<SearchTopic>{"feeds",
                     [](SearchTopic& t, const Value& v) {
                       return assign(t.feeds, read_each(v, read_template));
                     }},
};

void fill_defaults(SearchProvider& provider) {
  if (provider.kind != SearchKind::brave) return;
  if (provider.url.empty()) provider.url = brave_url;
  if (provider.key_header.empty()) provider.key_header = brave_header;
}

// Who can be asked without a key need have none; where there is one, it is not shown on the way.
Status check_key(const Value& element, const SearchProvider& provider) {
  const bool has_key = !provider.key_file.empty();
  if (has_key && provider.key_header.empty()) {
    return refuse(element, "key_file needs a key_header, under which the key is sent");
  }
  if (!provider.key_header.empty() && policy::search_rule(provider).scheme != "https") {
    return refuse(element, "a key is sent over https alone; give a url that begins so");
  }
  return {};
}

Status check_places(const Value& element, const SearchProvider& provider) {
  const policy::ResultPlaces& places = provider.places;
  if (provider.kind != SearchKind::custom) {
    if (places == policy::ResultPlaces()) return {};
    return refuse(element, "results and result_… are of the kind custom");
  }
  if (places.results.empty() || places.url.empty()) {
    return refuse(element, "the kind custom needs the keys results and result_url");
  }
  const bool json = places.results.starts_with('/');
  if (!json) {
    for (const std::string* place :
         {&places.results, &places.url, &places.title, &places.snippet, &places.published}) {
      const auto selector = policy::parse_selector(*place);
      if (!place->empty() && !selector) return refuse(element, selector.error().message);
    }
  }
  for (const std::string* place :
       {&places.url, &places.title, &places.snippet, &places.published}) {
    if (place->empty() || place->starts_with('/') == json) continue;
    return refuse(element, policy::quoted(*place) +
                               " does not fit results: all are JSON pointers, which begin with "
                               "'/', or all are selectors");
  }
  return {};
}

Result<SearchProvider> read_provider(const Value& element) {
  Result<SearchProvider> provider = read_table(element, provider_keys);
  if (!provider) return provider;
  fill_defaults(*provider);
  if (provider->name.empty()) return refuse(element, "the key name is missing");
  if (provider->url.empty()) return refuse(element, "the key url is missing");
  if (const Status url = policy::check_url(*provider); !url) {
    return refuse(element, url.error().message);
  }
  for (const auto check : {check_key, check_places}) {
    if (const Status checked = check(element, *provider); !checked) {
      return std::unexpected(checked.error());
    }
  }
  return provider;
}

Result<SearchTopic> read_topic(const Value& element) {
  Result<SearchTopic> topic = read_table(element, topic_keys);
  if (!topic) return topic;
  if (topic->words.empty()) return refuse(element, "the key words is missing");
  if (topic->urls.empty() && topic->feeds.empty()) {
    return refuse(element, "neither urls nor feeds is there");
  }
  return topic;
}

}  // namespace

Result<std::vector<SearchProvider>> read_search_providers(const Value& value) {
  return read_tables<SearchProvider>(value, providers_max, read_provider);
}

Result<std::vector<SearchTopic>> read_search_topics(const Value& value) {
  return read_tables<SearchTopic>(value, topics_max, read_topic);
}

}  // namespace seekd::config
