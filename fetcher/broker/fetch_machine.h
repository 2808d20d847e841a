// One fetch, decided step by step: steps 1 to 10 of docs/egress.md, and whether it is tried again.
// Event in, action out; no I/O, no clock, no dice.
//
// The shell (fetch.h) carries an action out and answers it with the event named beside it; Finish
// is the last. Every hop of a redirect goes through the same states again. One thread.
// docs/decisions/0004-broker-and-workers.md.
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <variant>
#include <vector>

#include "fetcher/wire.h"
#include "fetcher/wire_download.h"
#include "fetcher/wire_search.h"
#include "fetcher/wire_upstream.h"
#include "fetcher/worker/message.h"
#include "policy/egress.h"
#include "policy/page.h"
#include "policy/robots.h"
#include "policy/webhook.h"

namespace seekd::fetcher {

// One fetch asks its servers at most this often beside the first time; what is tried again is
// what RFC 9110 §9.2.2 lets a client repeat and what the server did not refuse.
inline constexpr unsigned retries_max = 2;
// A server, or a host that asked for a pause, is waited for no longer than this.
inline constexpr std::chrono::seconds pause_waited_max{5};

// Why a step did not succeed.
struct Refusal {
  policy::EgressReason reason = policy::EgressReason::internal;
  std::string detail;
  std::chrono::seconds retry_after{0};  // the server asked for this pause; 0: for none
};

// When an event comes.
struct Moment {
  TimePoint now;
  std::chrono::milliseconds left;  // of the request's time
  double chance = 0;               // in [0, 1), a new one for every event
};

struct AskRobots {  // → on_robots: what robots.txt of the URL's origin says
  policy::Url url;
};
struct AskPlace {  // → on_place: the host's and the broker's limits allow one more page; or
                   // on_pause
  std::string host;
  JobKind kind = JobKind::page;
  std::chrono::milliseconds crawl_delay{0};  // that robots.txt asks for
};
struct Wait {  // → on_waited, this much later; the place is given back before
  std::chrono::milliseconds time;
};
struct Resolve {  // → on_addresses; not where a proxy stands between, which resolves by itself
  std::string host;
};
struct Connect {  // → on_connected
  std::vector<policy::IpAddress> addresses;
  std::uint16_t port = 0;
};
struct Work {  // → on_reply, over the connection that stands; the place is given back then, but
               // for a tunnel's
  WorkerJob job;
};
struct FetchResult {
  FetchReply reply;             // its page has times and nothing else: the content is not read here
  std::string content;          // the worker's line, of a page or an answer; else ""
  policy::RobotsRules robots;   // of a fetch of robots.txt
  std::size_t refused_hop = 0;  // redirects that had been followed when a refusal came
};
struct Finish {
  FetchResult result;
};
using Action = std::variant<AskRobots, AskPlace, Wait, Resolve, Connect, Work, Finish>;

using RobotsAnswer = std::expected<policy::RobotsRules, Refusal>;
using Addresses = std::expected<std::vector<policy::IpAddress>, Refusal>;

class FetchMachine {
 public:
  FetchMachine(const policy::EgressPolicy& policy, policy::SecondReader second_reader)
      : policy_(policy), second_reader_(std::move(second_reader)) {}

  Action start(const FetchRequest& request);
  // REQUIRES: the policy is what policy::model_policy() made of another. robots.txt is not asked:
  // it speaks to those who wander from page to page (RFC 9309 §1), and this is one file, asked for
  // by name by an operator, of a host that the policy names for it.
  Action start_download(const DownloadRequest& request);
  // REQUIRES: the policy is what policy::search_policy() made of another, and `provider` outlives
  // this. robots.txt is not asked, as above. Redirects lead to the provider's own host alone: a
  // query goes nowhere else.
  Action start_search(const policy::SearchProvider& provider, const policy::SearchTerms& terms);
  // REQUIRES: the policy is what policy::upstream_policy() made of another. robots.txt is not
  // asked, no redirect is followed, and nothing that was sent is sent again: what it asks for may
  // cost something.
  Action start_upstream(const policy::Upstream& upstream, const UpstreamRequest& request);
  // REQUIRES: the policy is what policy::webhook_policy() made of another. robots.txt is not asked,
  // and no redirect is followed.
  Action start_notice(const policy::Webhook& webhook, std::string body);
  // robots.txt of an origin whose URL has been judged: the deny and allow lists' paths do not apply
  // to it.
  Action start_robots(const policy::Url& judged);

  Action on_robots(const RobotsAnswer& answer);
  Action on_place();
  // The host asked for no request in the next `pause`.
  Action on_pause(std::chrono::milliseconds pause, const Moment& moment);
  Action on_waited();
  // `own`: the host's addresses at this moment.
  Action on_addresses(const Addresses& addresses, std::span<const policy::IpAddress> own);
  Action on_not_connected(Refusal refusal, const Moment& moment);
  Action on_connected(TimePoint now);
  Action on_reply(WorkerReply reply, const Moment& moment);
  // In any state, also for what the shell finds out: a full queue, a dead worker. Final.
  Action on_refusal(Refusal refusal);
  Action on_deadline();

  const policy::Url& url() const { return url_; }  // of the hop, canonical

 private:
  enum class State : std::uint8_t {
    robots,   // waits for robots.txt of the hop's origin
    place,    // waits for its turn
    pause,    // waits before it asks for its turn again
    resolve,  // waits for addresses
    connect,  // waits for a connection
    tunnel,   // a worker asks the proxy to lead it on
    work,     // a worker transfers and parses
    done,     // Finish was given; no event is expected
  };

  Action begin_search(const Result<policy::Url>& url);
  Action on_description(const std::string& url_template);
  Action begin_hop();
  Action wait_for_place();
  Action on_failure(Refusal refusal, const Moment& moment);
  std::optional<std::chrono::milliseconds> retry_wait(const Refusal& refusal,
                                                      const Moment& moment) const;
  Action on_redirect(const std::string& location);
  std::optional<Refusal> refuse_plain_http(std::span<const policy::IpAddress> addresses) const;
  Action connect_to_proxy(const policy::Endpoint& proxy);
  Action work(TimePoint now);
  Action finish_page(FetchOutcome outcome, std::string content, TimePoint now);
  Action finish();
  bool sends_validators() const;
  bool downloads() const { return kind_ == JobKind::file || kind_ == JobKind::listing; }

  const policy::EgressPolicy& policy_;
  policy::SecondReader second_reader_;
  State state_ = State::robots;
  JobKind kind_ = JobKind::page;
  FetchRequest request_;
  DownloadRequest download_;                          // of a file or a listing
  const policy::SearchProvider* provider_ = nullptr;  // of a search
  policy::SearchTerms terms_;                         // likewise
  std::uint64_t body_bytes_ = 0;                      // of a chat
  std::string body_;                                  // of a notice
  std::string validated_url_;                         // canonical
  policy::Url url_;
  std::chrono::milliseconds crawl_delay_{0};  // of url_'s origin
  std::string proxy_;                         // that the connection leads to; "" for none
  unsigned redirects_ = 0;
  unsigned retries_ = 0;    // of all hops
  bool hop_asked_ = false;  // a request for url_ has been sent
  TimePoint requested_at_;
  FetchResult result_;
};

// refused: a check of ours said no. failed: the web, the worker or we could not.
FetchOutcome outcome_of(policy::EgressReason reason);

}  // namespace seekd::fetcher
