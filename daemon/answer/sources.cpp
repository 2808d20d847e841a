#include "daemon/answer/sources.h"

#include <algorithm>
#include <functional>
#include <unordered_set>

#include "cache/index/passage_splitter.h"
#include "daemon/access/site_list.h"
#include "daemon/answer/text_units.h"
#include "daemon/time_text.h"
#include "policy/collection.h"
#include "policy/http_freshness.h"
#include "policy/site_rule.h"
#include "policy/url.h"
#include "policy/utf8.h"

namespace seekd::daemon {
namespace {

constexpr std::size_t snippet_bytes_max = 300;

// What is no URL stays as it is written: the door will say what is wrong with it.
std::string canonical(std::string_view written) {
  return policy::parse_page_address(written).value_or(std::string(written));
}

// Of the terms, the share that the text holds.
double term_share(const std::vector<std::string>& terms, std::string_view text) {
  if (terms.empty()) return 0.0;
  const std::vector<std::string> held = read_facts(text).terms;
  const std::unordered_set<std::string> found(held.begin(), held.end());
  const auto hits =
      std::ranges::count_if(terms, [&](const auto& term) { return found.contains(term); });
  return static_cast<double>(hits) / static_cast<double>(terms.size());
}

TimePoint fresh_until(const cache::StoredPage& page) {
  return page.always_revalidate ? std::min(page.fresh_until, page.retrieved_at) : page.fresh_until;
}

bool stale_forbidden(const cache::StoredPage& page) {
  return page.always_revalidate || policy::forbids_stale(page.headers);
}

}  // namespace

SourcePlan plan_sources(const Question& question, const policy::QuestionVerdict& verdict,
                        std::size_t fetches_max) {
  SourcePlan plan;
  std::vector<std::string> wanted = question.urls;
  wanted.insert(wanted.end(), verdict.urls.begin(), verdict.urls.end());
  std::unordered_set<std::string> seen;
  for (const std::string& written : wanted) {
    std::string url = canonical(written);
    if (!seen.insert(url).second) continue;
    if (policy::collection_of(url) == policy::web_collection && !question.scope.holds(url)) {
      plan.notices.push_back({"collection_filtered", std::move(url),
                              "the question may not read the web, or leaves it out"});
    } else if (!is_wanted(question, url)) {
      plan.notices.push_back(
          {"domain_filtered", std::move(url), "search_domain_filter leaves this page's host out"});
    } else if (plan.urls.size() == fetches_max) {
      plan.notices.push_back({"too_many_urls", std::move(url),
                              "at most " + std::to_string(fetches_max) +
                                  " pages are read for one question (answer.fetches_max)"});
    } else {
      plan.urls.push_back(std::move(url));
    }
  }
  return plan;
}

SitePlan plan_sites(const Question& question, std::span<const std::string> sites) {
  SitePlan plan;
  for (const std::string& site : sites) {
    const std::string entrance = "https://" + site + "/";
    const std::string whole = "." + (site.starts_with("www.") ? site.substr(4) : site);
    const std::vector<std::string> one{whole};
    const auto denies = [&](const std::string& rule) { return covers(rule, whole); };
    const std::vector<std::string> hosts =
        question.hosts.empty() ? one : common_sites(one, question.hosts);
    if (hosts.empty() || std::ranges::any_of(question.hosts_denied, denies)) {
      plan.notices.push_back({"domain_filtered", entrance,
                              "search_domain_filter, or what the caller may have, leaves out the "
                              "site that the question asks"});
      continue;
    }
    plan.hosts.insert(plan.hosts.end(), hosts.begin(), hosts.end());
    if (is_wanted(question, entrance)) plan.entrances.push_back(entrance);
  }
  return plan;
}

std::string search_text(std::string_view question, std::span<const std::string> urls) {
  std::string text(question);
  for (const std::string& url : urls) {
    if (url.empty()) continue;
    for (std::size_t at = text.find(url); at != std::string::npos; at = text.find(url, at)) {
      text.replace(at, url.size(), " ");
    }
  }
  return text;
}

policy::Age judge_age(const cache::StoredPage& page, std::optional<std::chrono::seconds> max_age,
                      TimePoint now) {
  if (policy::collection_of(page.url) != policy::web_collection) return policy::Age::young_enough;
  return policy::judge_age(
      policy::Confirmation{page.retrieved_at, fresh_until(page), stale_forbidden(page)}, max_age,
      now);
}

bool must_be_confirmed(const cache::StoredPage& page, TimePoint now) {
  return stale_forbidden(page) && now >= fresh_until(page);
}

bool must_be_confirmed(const Passage& passage, TimePoint now) {
  return passage.stale_forbidden && now >= passage.fresh_until;
}

std::vector<Passage> passages_of(const cache::StoredPage& page, std::string_view question) {
  const std::string text = snapshot_text(page.blocks);
  const std::vector<std::string> wanted = read_facts(question).terms;
  std::vector<Passage> passages;
  for (cache::PassageSpan& span : cache::split_passages(page.blocks)) {
    Passage passage{.url = page.url,
                    .title = page.metadata.title,
                    .published = page.metadata.published,
                    .modified = page.metadata.modified,
                    .heading_path = std::move(span.heading_path),
                    .text = text.substr(span.byte_begin, span.byte_end - span.byte_begin),
                    .snapshot_hash = page.snapshot_hash,
                    .version = page.version,
                    .byte_begin = span.byte_begin,
                    .byte_end = span.byte_end,
                    .retrieved_at = page.retrieved_at,
                    .fresh_until = fresh_until(page),
                    .stale_forbidden = stale_forbidden(page),
                    .also_at = {}};
    passage.score = term_share(wanted, passage.heading_path + "\n" + passage.text);
    passages.push_back(std::move(passage));
  }
  std::ranges::stable_sort(passages, std::ranges::greater{}, &Passage::score);
  return passages;
}

bool is_unstored(const Passage& passage) {
  return passage.version == 0;
}

Source source_of(const Passage& passage, policy::SourceState state) {
  return {.url = passage.url,
          .title = passage.title,
          .published = passage.published,
          .modified = passage.modified,
          .snippet = std::string(policy::first_bytes(passage.text, snippet_bytes_max)),
          .snapshot_hash = passage.snapshot_hash,
          .version = passage.version,
          .retrieved_at = passage.retrieved_at,
          .state = state,
          .byte_begin = passage.byte_begin,
          .byte_end = passage.byte_end};
}

Notice older_than_max_age(const std::string& url, TimePoint retrieved_at) {
  return {"older_than_max_age", url, "the stored copy is of " + format_time(retrieved_at)};
}

bool is_wanted(const Question& question, std::string_view url) {
  const auto read = policy::parse_url(url);
  const std::string host = read ? read->host : "";
  const auto matches = [&](const std::string& rule) { return policy::host_matches(rule, host); };
  return std::ranges::none_of(question.hosts_denied, matches) &&
         (question.hosts.empty() || std::ranges::any_of(question.hosts, matches));
}

}  // namespace seekd::daemon
