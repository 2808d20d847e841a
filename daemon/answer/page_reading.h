// PageReading: one page's way into an answer, decided without I/O: looked up, perhaps fetched,
// stored or confirmed.
//
// Not thread-safe; owned by an AnswerMachine, which turns its steps into actions. What goes wrong
// becomes a notice, and an older stored copy serves where there is one and its server does not
// forbid that.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cache/page_cache.h"
#include "daemon/answer/answer.h"
#include "daemon/answer/question.h"
#include "fetcher/wire.h"
#include "policy/http_freshness.h"

namespace seekd::daemon {

// That a stored copy serves an offline question though its server forbids it (RFC 9111 §4.2.4).
Notice unconfirmed_notice(const std::string& url);

class PageReading {
 public:
  enum class Step : std::uint8_t {
    none,   // settled, or waiting for what was asked before
    fetch,  // with fetch_request()
    store,  // the page that the reply holds
    touch,  // the stored page, with the reply's times and headers
  };

  explicit PageReading(std::string url, policy::Provenance provenance = policy::Provenance::user)
      : url_(std::move(url)), provenance_(provenance) {}

  // REQUIRES: called in this order, each at most once; a call after settled() changes nothing.
  Step found(Result<std::optional<cache::StoredPage>> stored, const Question& question,
             TimePoint now);
  Step fetched(const Result<fetcher::FetchReply>& reply, const Question& question,
               const policy::FreshnessBounds& bounds);
  void stored(Result<cache::StoredPage> stored);

  // The time for reading has passed. A page that has arrived is still stored.
  void overdue();
  // What a question may read is spent: it is not fetched.
  void unaffordable();
  // The answer stands on others; nothing is said of it. A page that has arrived is still stored.
  void unneeded();

  bool settled() const { return phase_ == Phase::ready || phase_ == Phase::unreadable; }
  bool fetching() const { return phase_ == Phase::fetching; }
  // It can ground the answer: page() is there.
  bool ready() const { return phase_ == Phase::ready; }
  // A search of the cache finds page(); it does not find one that must not be stored, or a past
  // version.
  bool kept() const { return kept_; }

  const std::string& url() const { return url_; }
  const cache::StoredPage& page() const { return *page_; }  // REQUIRES: ready()
  policy::SourceState state() const { return state_; }      // REQUIRES: ready()
  const std::vector<Notice>& notices() const { return notices_; }

  fetcher::FetchRequest fetch_request() const;

 private:
  enum class Phase : std::uint8_t {
    looking_up,  // in the cache
    fetching,    // through the door
    storing,     // what came is written to the cache
    ready,       // may be used
    unreadable,  // neither fetched nor stored
  };

  Step settle(policy::SourceState state);
  Step give_up(std::string code, std::string message);
  // A redirect has led to a host that the caller leaves out.
  Step turn_away();
  Step received(const fetcher::FetchReply& reply, const policy::FreshnessBounds& bounds);
  void notice(std::string code, std::string message);

  std::string url_;
  policy::Provenance provenance_;
  Phase phase_ = Phase::looking_up;
  std::optional<cache::StoredPage> page_;
  policy::SourceState state_ = policy::SourceState::fresh;
  bool unconfirmed_ok_ = false;            // the stored copy may serve where it cannot be confirmed
  TimePoint requested_at_;                 // of the reply
  std::optional<TimePoint> confirmed_at_;  // it was a 304
  bool kept_ = true;
  std::vector<Notice> notices_;
};

}  // namespace seekd::daemon
