#include "daemon/answer/reading_loop.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "daemon/answer/sources.h"

namespace seekd::daemon {

void ReadingLoop::read(std::vector<std::string> urls, TimePoint now) {
  for (std::string& url : urls) {
    const bool allowed = question_.scope.holds(url);
    if (allowed) actions_.emplace_back(action::LookUp{pages_.size(), url});
    pages_.emplace_back(std::move(url));
    // Not even looked up: how long that takes would tell whether it is there.
    if (!allowed) pages_.back().found(std::nullopt, question_, now);
  }
}

void ReadingLoop::on(event::Found& found, TimePoint now) {
  if (found.page >= pages_.size()) return;
  PageReading& page = pages_[found.page];
  if (page.found(std::move(found.stored), question_, now) == PageReading::Step::fetch) {
    fetch(found.page);
  }
}

void ReadingLoop::on(event::Fetched& fetched) {
  if (fetched.page >= pages_.size()) return;
  const auto step = pages_[fetched.page].fetched(fetched.reply, question_, freshness_);
  if (step == PageReading::Step::store) {
    actions_.emplace_back(action::Store{fetched.page, std::move(*fetched.reply->page)});
  } else if (step == PageReading::Step::touch) {
    actions_.emplace_back(action::Touch{fetched.page, std::move(*fetched.reply->page)});
  }
}

void ReadingLoop::on(event::Stored& stored) {
  if (stored.page < pages_.size()) pages_[stored.page].stored(std::move(stored.stored));
}

void ReadingLoop::overdue() {
  actions_.emplace_back(action::StopFetches{});
  for (PageReading& page : pages_) page.overdue();
}

void ReadingLoop::stop() {
  if (std::ranges::any_of(pages_, &PageReading::fetching)) {
    actions_.emplace_back(action::StopFetches{});
  }
}

bool ReadingLoop::settled() const {
  return std::ranges::all_of(pages_, &PageReading::settled);
}

std::vector<Notice> ReadingLoop::notices() const {
  std::vector<Notice> notices;
  for (const PageReading& page : pages_) {
    notices.insert(notices.end(), page.notices().begin(), page.notices().end());
  }
  return notices;
}

std::vector<std::string> ReadingLoop::searchable() const {
  std::vector<std::string> urls;
  for (const PageReading& page : pages_) {
    if (page.ready() && page.kept()) urls.push_back(page.url());
  }
  return urls;
}

void ReadingLoop::add_unfound(std::vector<Passage>& candidates) const {
  for (const PageReading& page : pages_) {
    if (!page.ready()) continue;
    if (std::ranges::find(candidates, page.url(), &Passage::url) != candidates.end()) continue;
    std::ranges::move(passages_of(page.page(), question_.text()), std::back_inserter(candidates));
  }
}

const PageReading* ReadingLoop::page_at(const std::string& url) const {
  const auto page = std::ranges::find(pages_, url, &PageReading::url);
  return page == pages_.end() ? nullptr : &*page;
}

void ReadingLoop::fetch(std::size_t page) {
  if (fetched_++ == 0) actions_.emplace_back(action::ArmFetchDeadline{});
  actions_.emplace_back(action::Fetch{page, pages_[page].fetch_request()});
}

}  // namespace seekd::daemon
