#include "policy/page_questions.h"

#include <algorithm>
#include <array>

#include "policy/host.h"
#include "policy/past_day.h"
#include "policy/word_pattern.h"
#include "policy/words.h"

namespace seekd::policy {
namespace {

// Words that stand for what is named; no text has them, as no word holds a bracket.
constexpr std::string_view url_word = "<url>";
constexpr std::string_view site_word = "<site>";

constexpr std::string_view host_bytes =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";

// How many bytes at the front name one of the URLs.
std::size_t url_length(std::string_view text, std::span<const std::string> urls) {
  std::size_t longest = 0;
  for (const std::string& url : urls) {
    if (text.starts_with(url)) longest = std::max(longest, url.size());
  }
  return longest;
}

// The site that a run of a host's bytes names, or "".
std::string site_named(std::string_view run, std::span<const std::string> sites) {
  const std::size_t first = run.find_first_not_of(".-");
  if (first == run.npos || run.find('.', first) == run.npos) return {};
  const auto host = canonical_host(run.substr(first, run.find_last_not_of(".-") - first + 1));
  return host && std::ranges::find(sites, *host) != sites.end() ? *host : std::string();
}

struct ReadText {
  std::vector<Word> words;         // with url_word and site_word where these are named
  std::vector<std::string> hosts;  // of each site_word
};

ReadText read_text(std::string_view text, const Mentions& mentions) {
  ReadText read;
  std::size_t plain = 0;  // from here on nothing is named
  const auto name = [&](std::size_t begin, std::size_t end, std::string_view word) {
    std::ranges::move(words_of(text.substr(plain, begin - plain)), std::back_inserter(read.words));
    read.words.push_back({std::string(word)});
    plain = end;
  };
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t length = url_length(text.substr(at), mentions.urls); length > 0) {
      name(at, at + length, url_word);
      at += length;
      continue;
    }
    const std::size_t end = std::min(text.find_first_not_of(host_bytes, at), text.size());
    if (std::string host = site_named(text.substr(at, end - at), mentions.sites); !host.empty()) {
      name(at, end, site_word);
      read.hosts.push_back(std::move(host));
    }
    at = std::max(end, at + 1);
  }
  std::ranges::move(words_of(text.substr(plain)), std::back_inserter(read.words));
  return read;
}

template <std::size_t Count>
bool any_occurs(const std::array<WordPattern, Count>& patterns, std::span<const Word> words) {
  return std::ranges::any_of(patterns, [&](const WordPattern& p) { return p.occurs_in(words); });
}

bool is_asked(std::span<const Word> words) {
  static const std::array patterns{
      WordPattern("on|at|from|via|per|site|website|see <site>"),
      WordPattern("according to <site>"),
      WordPattern("on|from|at|to the <site>"),
      WordPattern("<site> say|says|said|state|states|list|lists|show|shows|recommend|recommends|"
                  "report|reports|reported|claim|claims|write|writes|announce|announces|announced|"
                  "publish|publishes|published"),
      WordPattern("does|did|do <site> *"),
      WordPattern("<site> s website|site|page|pages|blog|documentation|docs|homepage|guide|manual"),
      WordPattern("<site> 上|说|写|怎|官"),
      WordPattern("据|在|从 <site>"),
      WordPattern("<site> に|で")};
  return any_occurs(patterns, words);
}

// Page words that a pattern's "<page>" stands for.
bool is_page_word(std::string_view word) {
  constexpr std::array<std::string_view, 14> words{
      "page",    "pages", "webpage",       "webpages", "website", "homepage", "site",
      "article", "wiki",  "documentation", "docs",     "blog",    url_word,   site_word};
  return std::ranges::find(words, word) != words.end();
}

bool asks_past_in_english(std::vector<Word> words) {
  static const std::array patterns{
      WordPattern("did * <page> * say|read|show|list|state|look|contain|mention|recommend|claim|"
                  "describe|give|have|promise|offer"),
      WordPattern("was|were|stood written|listed|shown|stated|published|displayed|advertised|there "
                  "on <page>"),
      WordPattern("was|were|stood written|listed|shown|stated|published|displayed|advertised|there "
                  "on the|that|this|its|their|your <page>"),
      WordPattern("^ what|which was|were|stood on <page>"),
      WordPattern("^ what|which was|were|stood on the|that|this|its|their|your <page>"),
      WordPattern("version|snapshot|copy|state|revision|content|contents of <page>"),
      WordPattern("version|snapshot|copy|state|revision|content|contents of the|that|this <page>"),
      WordPattern("<page> as it was|looked|stood|read"),
      WordPattern("^ what|how|which|show * <page> looked|said|showed|listed|stated|read"),
      WordPattern("<page> used to")};
  for (Word& word : words) {
    if (is_page_word(word.text)) word.text = "<page>";
  }
  return any_occurs(patterns, words);
}

template <std::size_t Count>
bool holds_any(std::string_view text, const std::array<std::string_view, Count>& phrases) {
  return std::ranges::any_of(phrases, [&](std::string_view p) { return text.contains(p); });
}

bool asks_past_in_cjk(std::string_view text, const Mentions& mentions) {
  constexpr std::array<std::string_view, 11> pages{"网页",   "页面",   "网站", "首页",
                                                   "主页",   "官网",   "该页", "这篇文章",
                                                   "ページ", "サイト", "記事"};
  constexpr std::array<std::string_view, 22> cues{
      "写了什么", "写的是什么", "写着什么",     "说了什么",  "怎么写",     "怎么说的",
      "显示什么", "显示的是",   "列出了",       "是什么样",  "内容是什么", "有什么内容",
      "的版本",   "当时的",     "何と書い",     "何が書い",  "なんて書い", "書かれてい",
      "書いてあ", "載っていた", "表示されてい", "どんな内容"};
  const bool page = !mentions.urls.empty() || !mentions.sites.empty() || holds_any(text, pages);
  return page && holds_any(text, cues);
}

}  // namespace

std::vector<std::string> asked_sites(std::string_view text, const Mentions& mentions) {
  std::vector<std::string> asked;
  if (mentions.sites.empty()) return asked;
  const ReadText read = read_text(text, mentions);
  std::size_t next = 0;
  for (std::size_t at = 0; at < read.words.size(); ++at) {
    if (read.words[at].text != site_word) continue;
    const std::string& host = read.hosts[next++];
    std::vector<Word> others = read.words;  // this one alone is a site to the patterns
    for (std::size_t other = 0; other < others.size(); ++other) {
      if (other != at && others[other].text == site_word) others[other].text = url_word;
    }
    if (is_asked(others) && std::ranges::find(asked, host) == asked.end()) asked.push_back(host);
  }
  return asked;
}

std::optional<TimePoint> asked_version(std::string_view text, const Mentions& mentions,
                                       const std::optional<SpokenTime>& time, TimePoint now) {
  if (!asks_past_in_english(read_text(text, mentions).words) && !asks_past_in_cjk(text, mentions)) {
    return std::nullopt;
  }
  const std::optional<TimeSpan> then = time ? time->span : past_day(text, now);
  if (!then || then->end > now) return std::nullopt;
  return then->end - std::chrono::seconds(1);
}

}  // namespace seekd::policy
