#include "daemon/answer/reading_loop.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "daemon/answer/link_choice.h"
#include "daemon/answer/sources.h"

namespace seekd::daemon {
namespace {

constexpr std::size_t gathered_of_page = 4;

std::string outcome_text(const fetcher::FetchReply& reply) {
  return "HTTP " + std::to_string(reply.http_status) + ", " + std::to_string(reply.wire_bytes) +
         " bytes";
}

}  // namespace

void ReadingLoop::offer(std::vector<Lead> leads) {
  for (Lead& lead : leads) {
    if (!is_wanted(question_, lead.url)) continue;
    if (known_.insert(lead.url).second) leads_.push_back(std::move(lead));
  }
}

void ReadingLoop::offer_links() {
  std::vector<const cache::StoredPage*> read;
  for (const Page& page : pages_) {
    if (page.reading.ready()) read.push_back(&page.reading.page());
  }
  offer(choose_links(read, question_.text()));
}

std::vector<Lead> ReadingLoop::waiting(std::size_t most) const {
  const std::size_t count = std::min(most, leads_.size());
  return {leads_.begin(), leads_.begin() + static_cast<std::ptrdiff_t>(count)};
}

void ReadingLoop::prefer(std::span<const std::string> urls) {
  const auto rank = [&](const Lead& lead) {
    return std::ranges::find(urls, lead.url) - urls.begin();
  };
  std::ranges::stable_sort(leads_, {}, rank);
}

bool ReadingLoop::may_read_on() const {
  return !ended_ && rounds_ < question_.budget.rounds && fetched_ < question_.budget.fetches &&
         bytes_ < question_.budget.bytes;
}

void ReadingLoop::start_clock() {
  if (!std::exchange(clock_runs_, true)) actions_.emplace_back(action::ArmReadingDeadline{});
}

bool ReadingLoop::begin_round(std::size_t pages_max, TimePoint now) {
  if (leads_.empty() || ended_ || rounds_ == question_.budget.rounds) return false;
  // What lies in the cache costs nothing: the first round looks it up in any case.
  if (rounds_ > 0 && !may_read_on()) return false;
  ++rounds_;
  const std::size_t count = std::min(pages_max, leads_.size());
  note(TraceStep::Kind::round, "",
       "round " + std::to_string(rounds_) + ": " + std::to_string(count) + " pages");
  for (std::size_t n = 0; n < count; ++n) {
    look_up(std::move(leads_.front()), now);
    leads_.pop_front();
  }
  return true;
}

void ReadingLoop::look_up(Lead lead, TimePoint now) {
  const bool allowed = question_.scope.holds(lead.url);
  if (allowed) actions_.emplace_back(action::LookUp{pages_.size(), lead.url, question_.as_of});
  pages_.push_back({PageReading(std::move(lead.url), lead.provenance)});
  if (allowed) return;
  // Not even looked up: how long that takes would tell whether it is there.
  pages_.back().reading.found(std::nullopt, question_, now);
  look_at(pages_.back());
}

void ReadingLoop::on(event::Found& found, TimePoint now) {
  if (found.page >= pages_.size()) return;
  Page& page = pages_[found.page];
  if (page.reading.found(std::move(found.stored), question_, now) == PageReading::Step::fetch) {
    waiting_.push_back(found.page);
    if (ended_) page.reading.overdue();
    fetch_waiting();
  }
  look_at(page);
}

void ReadingLoop::on(event::Fetched& fetched) {
  if (fetched.page >= pages_.size() || !pages_[fetched.page].under_way) return;
  Page& page = pages_[fetched.page];
  page.under_way = false;
  --under_way_;
  // Of a transfer that broke off nobody knows how far it had come.
  if (fetched.reply) bytes_ = bytes_ - page.aside + fetched.reply->wire_bytes;
  const auto step = page.reading.fetched(fetched.reply, question_, settings_.freshness);
  if (step == PageReading::Step::store || step == PageReading::Step::touch) {
    const bool confirmed = step == PageReading::Step::touch;
    note(confirmed ? TraceStep::Kind::unchanged : TraceStep::Kind::fetched, page.reading.url(),
         outcome_text(*fetched.reply));
    actions_.emplace_back(action::Keep{fetched.page});
  }
  look_at(page);
  fetch_waiting();
}

void ReadingLoop::on(event::Stored& stored) {
  if (stored.page >= pages_.size()) return;
  Page& page = pages_[stored.page];
  page.reading.stored(std::move(stored.stored));
  if (page.reading.settled() && page.reading.kept() && !page.seen) {
    note(TraceStep::Kind::stored, page.reading.url(), "");
  }
  look_at(page);
}

void ReadingLoop::overdue() {
  stop_fetching();
  for (Page& page : pages_) {
    page.reading.overdue();
    look_at(page);
  }
}

void ReadingLoop::enough() {
  stop_fetching();
  for (Page& page : pages_) page.reading.unneeded();
}

void ReadingLoop::call_off() {
  stop_fetching();
}

bool ReadingLoop::settled() const {
  return std::ranges::all_of(pages_, [](const Page& page) { return page.reading.settled(); });
}

std::vector<Notice> ReadingLoop::notices() const {
  std::vector<Notice> notices;
  for (const Page& page : pages_) std::ranges::copy(page.reading.notices(), back_inserter(notices));
  return notices;
}

std::vector<std::string> ReadingLoop::searchable() const {
  std::vector<std::string> urls;
  for (const Page& page : pages_) {
    if (page.reading.ready() && page.reading.kept()) urls.push_back(page.reading.url());
  }
  return urls;
}

void ReadingLoop::add_unfound(std::vector<Passage>& candidates) const {
  for (const Page& page : pages_) {
    if (!page.reading.ready()) continue;
    if (std::ranges::find(candidates, page.reading.url(), &Passage::url) != candidates.end()) {
      continue;
    }
    std::ranges::move(passages_of(page.reading.page(), question_.text()),
                      std::back_inserter(candidates));
  }
}

const PageReading* ReadingLoop::page_at(const std::string& url) const {
  const auto page = std::ranges::find(pages_, url, [](const Page& p) { return p.reading.url(); });
  return page == pages_.end() ? nullptr : &page->reading;
}

void ReadingLoop::fetch_waiting() {
  while (!waiting_.empty()) {
    Page& page = pages_[waiting_.front()];
    const std::uint64_t aside = settings_.body_bytes_max(page.reading.url());
    const bool spent = bytes_ + aside > question_.budget.bytes;
    if (spent && under_way_ > 0 && fetched_ < question_.budget.fetches) return;
    if (!page.reading.fetching()) {
      waiting_.pop_front();
    } else if (spent || fetched_ >= question_.budget.fetches) {
      note(TraceStep::Kind::budget, page.reading.url(), "not fetched: the budget is spent");
      waiting_.pop_front();
      page.reading.unaffordable();
      look_at(page);
    } else {
      start_clock();
      ++fetched_;
      ++under_way_;
      page.under_way = true;
      page.aside = aside;
      bytes_ += aside;
      note(TraceStep::Kind::fetching, page.reading.url(), "");
      actions_.emplace_back(
          action::Fetch{waiting_.front(), page.reading.fetch_request(), question_.max_age});
      waiting_.pop_front();
    }
  }
}

void ReadingLoop::stop_fetching() {
  ended_ = true;
  waiting_.clear();
  if (std::exchange(under_way_, 0) > 0) actions_.emplace_back(action::StopFetches{});
  for (Page& page : pages_) page.under_way = false;
}

// What has come of a page is gathered, or told, once.
void ReadingLoop::look_at(Page& page) {
  if (page.seen || !page.reading.settled()) return;
  page.seen = true;
  const PageReading& reading = page.reading;
  for (const Notice& notice : reading.notices()) {
    note(TraceStep::Kind::not_read, notice.url, notice.code + ": " + notice.message);
  }
  if (!reading.ready() || reading.state() == policy::SourceState::stale) return;
  std::vector<Passage> passages = passages_of(reading.page(), question_.text());
  passages.resize(std::min(passages.size(), gathered_of_page));
  std::ranges::move(passages, std::back_inserter(gathered_));
}

void ReadingLoop::note(TraceStep::Kind kind, std::string_view url, std::string_view detail) {
  actions_.emplace_back(action::Note{trace_step(kind, url, detail)});
}

}  // namespace seekd::daemon
