#include "daemon/finding/search_machine.h"

#include <algorithm>

#include <fmt/format.h>

#include "daemon/finding/topic_sources.h"
#include "policy/utf8.h"

namespace seekd::daemon {
namespace {

constexpr std::size_t topic_weight = 20;  // an operator's own list, beside a stranger's results

// Each span of private data makes room for a blank: its kind's name would only lead astray.
std::string without_private(std::string_view text, const policy::MaskingPolicy& masking) {
  std::string kept;
  std::size_t end = 0;
  for (const policy::PrivateSpan& span : policy::find_private(text, masking)) {
    kept.append(text.substr(end, span.begin - end)).append(" ");
    end = span.end;
  }
  kept.append(text.substr(end));
  return kept;
}

// Blanks in a row are one; none stand at the ends.
std::string tidy(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank) line += c;
    if (blank && !line.empty() && line.back() != ' ') line += ' ';
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

bool speaks(const policy::SearchProvider& provider, const WebQuery& query) {
  return provider.languages.empty() || query.language.empty() ||
         std::ranges::find(provider.languages, query.language) != provider.languages.end();
}

}  // namespace

SearchMachine::SearchMachine(const config::SearchConfig& search,
                             const policy::MaskingPolicy& masking,
                             std::vector<ProviderHealth>& health, std::vector<WebQuery> queries)
    : search_(search), masking_(masking), health_(health) {
  for (WebQuery& query : queries) {
    const std::string kept = without_private(query.text, masking_);
    if (kept != query.text) {
      note("private_data_masked", "", "private data was left out of what was searched for");
    }
    std::string text(policy::first_bytes(tidy(kept), policy::search_text_bytes_max));
    const bool repeated = std::ranges::find(queries_, text, &Asked::text) != queries_.end();
    if (text.empty() || repeated || queries_.size() == search_.queries_max) continue;
    query.text = text;
    queries_.push_back({std::move(query), std::move(text), 0, 0, 0, {}});
  }
}

SearchMachine::Actions SearchMachine::start(const Moment& moment) {
  for (std::size_t query = 0; query < queries_.size(); ++query) {
    look_at_topics(query);
    advance(query, moment);
  }
  return take();
}

void SearchMachine::look_at_topics(std::size_t query) {
  TopicSources sources = topic_sources(search_.topics, queries_[query].query);
  keep_wanted(queries_[query].query, sources.pages);
  if (!sources.pages.empty()) lists_.push_back({std::move(sources.pages), topic_weight});
  for (std::string& url : sources.feeds) {
    ++running_;
    ++findings_.requests;
    actions_.push_back(ReadFeed{query, std::move(url)});
  }
}

// As many as search.providers_max are asked at once; for one without results the next one is.
void SearchMachine::advance(std::size_t query, const Moment& moment) {
  Asked& asked = queries_[query];
  while (asked.running + asked.answered < search_.providers_max &&
         asked.next < search_.providers.size()) {
    const std::size_t provider = asked.next++;
    if (speaks(search_.providers[provider], asked.query)) ask(query, provider, moment);
  }
}

void SearchMachine::ask(std::size_t query, std::size_t provider, const Moment& moment) {
  ProviderHealth& health = health_[provider];
  const auto turn = health.turn_in(moment.steady);
  if (health.pause_left(moment.steady).count() > 0 || turn >= moment.left) {
    return pass_over(query, provider, moment);
  }
  health.asked(moment.steady);
  ++running_;
  ++queries_[query].running;
  queries_[query].waiting_for.push_back(provider);
  if (turn.count() == 0) return send(query, provider, moment);
  actions_.push_back(Wait{query, provider, turn});
}

void SearchMachine::send(std::size_t query, std::size_t provider, const Moment& moment) {
  const Asked& asked = queries_[query];
  ++findings_.requests;
  actions_.push_back(
      Send{query, provider,
           terms_for(search_.providers[provider], asked.query, asked.text, moment.now)});
}

void SearchMachine::pass_over(std::size_t query, std::size_t provider, const Moment& moment) {
  ProviderHealth& health = health_[provider];
  health.passed_over();
  const policy::SearchProvider& passed = search_.providers[provider];
  findings_.outcomes.push_back({passed.name, queries_[query].text, ProviderState::backing_off, 0});
  const auto pause =
      std::chrono::ceil<std::chrono::seconds>(health.pause_left(moment.steady)).count();
  note("provider_backing_off", "",
       pause > 0 ? fmt::format("{} is not asked for another {} s: its last answer was {}",
                               passed.name, pause, to_string(health.last()))
                 : fmt::format("{} was not asked: its interval leaves no time", passed.name));
}

void SearchMachine::leave(std::size_t query, std::size_t provider) {
  --running_;
  Asked& asked = queries_[query];
  --asked.running;
  std::erase(asked.waiting_for, provider);
}

// While it waited for its turn, another query may have found the provider out.
SearchMachine::Actions SearchMachine::on_turn(std::size_t query, std::size_t provider,
                                              const Moment& moment) {
  if (health_[provider].pause_left(moment.steady).count() == 0) {
    send(query, provider, moment);
    return take();
  }
  leave(query, provider);
  pass_over(query, provider, moment);
  advance(query, moment);
  return take();
}

SearchMachine::Actions SearchMachine::on_answer(std::size_t query, std::size_t provider,
                                                const Result<fetcher::SearchReply>& reply,
                                                const Moment& moment) {
  leave(query, provider);
  const policy::SearchProvider& asked = search_.providers[provider];
  ProviderAnswer answer = judge_answer(reply, asked.name);
  health_[provider].ended(answer.state, answer.retry_after, moment.steady, moment.chance);
  findings_.outcomes.push_back(
      {asked.name, queries_[query].text, answer.state, answer.results.size()});
  note_answer(asked, answer);
  keep_wanted(queries_[query].query, answer.results);
  if (!answer.results.empty()) {
    ++queries_[query].answered;
    lists_.push_back({std::move(answer.results), asked.weight});
  }
  advance(query, moment);
  return take();
}

SearchMachine::Actions SearchMachine::on_feed(std::size_t query, const std::string& url,
                                              const Result<fetcher::FetchReply>& reply) {
  --running_;
  if (!reply || !reply->page) {
    note(reply ? std::string(to_string(reply->reason)) : std::string(to_string(reply.error().code)),
         url, reply ? reply->message : reply.error().message);
    return take();
  }
  const WebQuery& wanted = queries_[query].query;
  auto entries = fitting_entries(*reply->page, wanted, search_.results_max);
  keep_wanted(wanted, entries);
  if (!entries.empty()) lists_.push_back({std::move(entries), topic_weight});
  return take();
}

void SearchMachine::note(std::string code, std::string url, std::string message) {
  Notice notice{std::move(code), std::move(url), std::move(message)};
  if (std::ranges::find(findings_.notices, notice) != findings_.notices.end()) return;
  findings_.notices.push_back(std::move(notice));
}

void SearchMachine::note_answer(const policy::SearchProvider& provider,
                                const ProviderAnswer& answer) {
  const bool answered =
      answer.state == ProviderState::results || answer.state == ProviderState::nothing_found;
  if (!answered) {
    note("provider_" + std::string(to_string(answer.state)), "",
         provider.name + ": " + answer.message);
  } else if (!answer.silent.empty()) {
    note("provider_partial", "",
         fmt::format("{}: {} of its engines did not answer, the first: {}", provider.name,
                     answer.silent.size(), answer.silent.front()));
  }
}

WebFindings SearchMachine::finish() {
  for (const Asked& asked : queries_) {
    for (const std::size_t provider : asked.waiting_for) {
      const std::string& name = search_.providers[provider].name;
      findings_.outcomes.push_back({name, asked.text, ProviderState::unreachable, 0});
      note("provider_unreachable", "", name + ": no answer came in time");
    }
  }
  findings_.results = merged(lists_, {search_.results_max, search_.per_host_max});
  const bool answered = std::ranges::any_of(findings_.outcomes, [](const ProviderOutcome& outcome) {
    return outcome.state == ProviderState::nothing_found || outcome.state == ProviderState::results;
  });
  if (findings_.results.empty() && answered) {
    note("nothing_found", "", "those who were asked know of no page that is wanted");
  }
  return std::move(findings_);
}

}  // namespace seekd::daemon
