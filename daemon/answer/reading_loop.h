// ReadingLoop: the pages that one question reads, from their URLs to what each gave; decided
// without I/O.
//
// Not thread-safe; owned by an AnswerMachine, which hands it the events of the pages and gives out
// the actions it adds. What goes wrong with a page becomes a notice.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "daemon/answer/answer_events.h"
#include "daemon/answer/page_reading.h"
#include "daemon/answer/question.h"
#include "policy/http_freshness.h"
#include "policy/passages.h"

namespace seekd::daemon {

class ReadingLoop {
 public:
  // REQUIRES: `question` and `actions` outlive this.
  ReadingLoop(const Question& question, policy::FreshnessBounds freshness, Actions& actions)
      : question_(question), freshness_(freshness), actions_(actions) {}

  void read(std::vector<std::string> urls, TimePoint now);

  // Of a page that was not asked for, or has ended, they change nothing.
  void on(event::Found& found, TimePoint now);
  void on(event::Fetched& fetched);
  void on(event::Stored& stored);
  // The time for fetching has passed. A page that has arrived is still stored.
  void overdue();
  // The question has ended: nothing that runs is waited for.
  void stop();

  bool settled() const;
  bool empty() const { return pages_.empty(); }
  std::size_t fetched() const { return fetched_; }  // requests through the door

  // Of all pages, in their order. REQUIRES of these and all below: settled().
  std::vector<Notice> notices() const;
  // Those that a search over the cache finds passages of.
  std::vector<std::string> searchable() const;
  // Adds the passages of the pages that are there and that no candidate is of.
  void add_unfound(std::vector<Passage>& candidates) const;
  // nullptr: it was not read for this question.
  const PageReading* page_at(const std::string& url) const;

 private:
  void fetch(std::size_t page);

  const Question& question_;
  const policy::FreshnessBounds freshness_;
  Actions& actions_;
  std::vector<PageReading> pages_;
  std::size_t fetched_ = 0;
};

}  // namespace seekd::daemon
