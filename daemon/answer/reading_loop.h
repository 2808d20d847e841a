// ReadingLoop: the pages that one question reads, round after round, within its budget; decided
// without I/O.
//
// Pages wait in the order in which they were offered; a round looks some of them up, and fetches
// what is not there or too old, all at once. Before a page is fetched its share of the budget is
// put aside: a body that may be as long as the door lets it. So no more is ever read than the
// question may.
//
// Not thread-safe; owned by an AnswerMachine, which hands it the events of the pages and gives out
// the actions it adds. What goes wrong with a page becomes a notice.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "daemon/answer/answer_events.h"
#include "daemon/answer/lead.h"
#include "daemon/answer/page_reading.h"
#include "daemon/answer/question.h"
#include "policy/http_freshness.h"
#include "policy/passages.h"

namespace seekd::daemon {

class ReadingLoop {
 public:
  struct Settings {
    policy::FreshnessBounds freshness;
    // Of the body at that URL, as transferred.
    std::function<std::uint64_t(std::string_view url)> body_bytes_max;
  };

  // REQUIRES: `question` and `actions` outlive this.
  ReadingLoop(const Question& question, Settings settings, Actions& actions)
      : question_(question), settings_(std::move(settings)), actions_(actions) {}

  // Those that are known already, or that the question leaves out, are passed over.
  void offer(std::vector<Lead> leads);
  // The links of the pages that are there whose words are the question's, the best first.
  void offer_links();

  // Of those that wait, the first ones.
  std::vector<Lead> waiting(std::size_t most) const;
  // These are read before all others that wait, in this order.
  void prefer(std::span<const std::string> urls);

  // Reads at most `pages_max` of those that wait. False: none waits, or the budget, or the time for
  // reading, is spent.
  bool begin_round(std::size_t pages_max, TimePoint now);
  bool may_read_on() const;
  // The time for reading runs from now on, unless it does already. The first fetch does it, too.
  void start_clock();

  // Of a page that was not asked for, or has ended, they change nothing.
  void on(event::Found& found, TimePoint now);
  void on(event::Fetched& fetched);
  void on(event::Stored& stored);

  // Each ends the reading: no round begins after it. A page that has arrived is still stored.
  void overdue();   // the time for reading has passed
  void enough();    // what is there answers the question
  void call_off();  // the question has ended: nothing is waited for

  bool settled() const;
  bool empty() const { return pages_.empty(); }
  std::size_t fetched() const { return fetched_; }  // requests through the door

  // The best passages of the pages that were confirmed or fetched for this question. Grows.
  const std::vector<Passage>& gathered() const { return gathered_; }

  // Of all pages, in their order. REQUIRES of these and all below: settled().
  std::vector<Notice> notices() const;
  // Those that a search over the cache finds passages of.
  std::vector<std::string> searchable() const;
  // Adds the passages of the pages that are there and that no candidate is of.
  void add_unfound(std::vector<Passage>& candidates) const;
  // nullptr: it was not read for this question.
  const PageReading* page_at(const std::string& url) const;

 private:
  struct Page {
    PageReading reading;
    bool under_way = false;   // through the door
    std::uint64_t aside = 0;  // bytes that are put aside for it while it is
    bool seen = false;        // its passages are gathered, or its end is told
  };

  void look_up(Lead lead, TimePoint now);
  void fetch_waiting();
  void stop_fetching();
  void look_at(Page& page);
  void note(TraceStep::Kind kind, std::string_view url, std::string_view detail);

  const Question& question_;
  const Settings settings_;
  Actions& actions_;
  std::deque<Lead> leads_;
  std::unordered_set<std::string> known_;  // URLs of leads, past and present
  std::vector<Page> pages_;
  std::deque<std::size_t> waiting_;  // for their share of the bytes, indices of pages_
  std::vector<Passage> gathered_;
  std::size_t rounds_ = 0;
  std::size_t fetched_ = 0;
  std::size_t under_way_ = 0;
  std::uint64_t bytes_ = 0;  // of those that have come, and put aside for those under way
  bool clock_runs_ = false;
  bool ended_ = false;
};

}  // namespace seekd::daemon
