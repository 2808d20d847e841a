// One search, decided step by step: whom each query is sent to, who stands in for one that does not
// answer, and what comes of it all. Event in, actions out; no I/O, no clock, no dice.
//
// One thread. The shell (web_search.cpp) carries an action out and answers it with the event named
// beside it.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "config/config.h"
#include "daemon/finding/provider_answer.h"
#include "daemon/finding/provider_health.h"
#include "daemon/finding/result_merge.h"
#include "daemon/finding/web_result.h"

namespace seekd::daemon {

class SearchMachine {
 public:
  struct Moment {
    ProviderHealth::Clock::time_point steady;
    ProviderHealth::Duration left;  // of the search's time
    TimePoint now;
    double chance = 0;  // in [0, 1)
  };

  struct Send {  // → on_answer
    std::size_t query = 0;
    std::size_t provider = 0;
    policy::SearchTerms terms;
  };
  struct Wait {  // → on_turn: a provider's interval has not passed
    std::size_t query = 0;
    std::size_t provider = 0;
    ProviderHealth::Duration time;
  };
  struct ReadFeed {  // → on_feed
    std::size_t query = 0;
    std::string url;
  };
  using Action = std::variant<Send, Wait, ReadFeed>;
  using Actions = std::vector<Action>;

  // REQUIRES: `health` has one for each provider; it, `search` and `masking` outlive this.
  SearchMachine(const config::SearchConfig& search, const policy::MaskingPolicy& masking,
                std::vector<ProviderHealth>& health, std::vector<WebQuery> queries);

  Actions start(const Moment& moment);
  Actions on_turn(std::size_t query, std::size_t provider, const Moment& moment);
  Actions on_answer(std::size_t query, std::size_t provider,
                    const Result<fetcher::SearchReply>& reply, const Moment& moment);
  Actions on_feed(std::size_t query, const std::string& url,
                  const Result<fetcher::FetchReply>& reply);

  // Nothing more is waited for.
  bool done() const { return running_ == 0; }
  // What has been found. Who has not answered is told as unreachable. Call once.
  WebFindings finish();

 private:
  struct Asked {
    WebQuery query;
    std::string text;                      // that leaves this host
    std::size_t next = 0;                  // provider
    std::size_t running = 0;               // providers
    std::size_t answered = 0;              // with results
    std::vector<std::size_t> waiting_for;  // providers
  };

  void look_at_topics(std::size_t query);
  void advance(std::size_t query, const Moment& moment);
  void ask(std::size_t query, std::size_t provider, const Moment& moment);
  void send(std::size_t query, std::size_t provider, const Moment& moment);
  void pass_over(std::size_t query, std::size_t provider, const Moment& moment);
  void leave(std::size_t query, std::size_t provider);
  void note(std::string code, std::string url, std::string message);
  void note_answer(const policy::SearchProvider& provider, const ProviderAnswer& answer);
  Actions take() { return std::exchange(actions_, {}); }

  const config::SearchConfig& search_;
  const policy::MaskingPolicy& masking_;
  std::vector<ProviderHealth>& health_;
  std::vector<Asked> queries_;
  std::vector<RankedResults> lists_;
  std::size_t running_ = 0;  // of all queries, feeds too
  WebFindings findings_;
  Actions actions_;
};

}  // namespace seekd::daemon
