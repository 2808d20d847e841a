#include "daemon/answer/page_reading.h"

#include "cache/content_hash.h"
#include "daemon/answer/sources.h"
#include "daemon/kept_page.h"
#include "daemon/time_text.h"
#include "policy/collection.h"

namespace seekd::daemon {
namespace {

using policy::SourceState;

constexpr std::string_view unconfirmed_copy =
    "its server asks that a stale copy is not relied on unconfirmed";

std::string code_of(const Error& error) {
  if (error.code == ErrorCode::unavailable) return "fetcher_unavailable";
  if (error.code == ErrorCode::timeout) return "fetch_timeout";
  return std::string(to_string(error.code));
}

// A page as the cache would hold it, for the one answer that may use it.
cache::StoredPage unstored(const FetchedPage& fetched, const policy::Freshness& freshness) {
  cache::StoredPage page;
  page.url = fetched.url;
  page.final_url = fetched.final_url;
  page.version = 0;
  page.snapshot_hash = cache::hash_text(snapshot_text(fetched.blocks)).hex();
  page.retrieved_at = fetched.retrieved_at;
  page.changed_at = fetched.retrieved_at;
  page.fresh_until = freshness.fresh_until;
  page.expires_at = fetched.retrieved_at;
  page.headers = fetched.headers;
  page.metadata = fetched.metadata;
  page.blocks = fetched.blocks;
  return page;
}

}  // namespace

Notice unconfirmed_notice(const std::string& url) {
  return {"must_revalidate", url, "the stored copy is used: " + std::string(unconfirmed_copy)};
}

fetcher::FetchRequest PageReading::fetch_request() const {
  return request_for(url_, provenance_, page_);
}

PageReading::Step PageReading::found(Result<std::optional<cache::StoredPage>> stored,
                                     const Question& question, TimePoint now) {
  if (phase_ != Phase::looking_up) return Step::none;
  if (stored) {
    page_ = std::move(*stored);
  } else {
    notice("lookup_failed", stored.error().message);
  }
  // A copy from a host that is left out is none; its server may redirect elsewhere by now.
  const bool elsewhere = page_ && !is_wanted(question, page_->final_url);
  if (elsewhere) page_.reset();
  if (elsewhere && question.reach == Reach::cache_only) return turn_away();
  if (question.as_of) {
    kept_ = false;
    if (page_) return settle(SourceState::offline);
    return give_up("no_version_then",
                   "nothing that is kept of it is as old as " + format_time(*question.as_of));
  }
  if (policy::collection_of(url_) != policy::web_collection) {
    if (page_) return settle(SourceState::fresh);
    return give_up("not_in_cache", "it is not in the cache, and no server has it");
  }
  const bool young = page_ && judge_age(*page_, question.max_age, now) == policy::Age::young_enough;
  if (question.reach == Reach::cache_only) {
    if (!page_)
      return give_up("not_in_cache", "it is not in the cache, and the question is offline");
    if (question.max_age && !young) {
      notices_.push_back(older_than_max_age(url_, page_->retrieved_at));
    }
    if (must_be_confirmed(*page_, now)) notices_.push_back(unconfirmed_notice(url_));
    return settle(SourceState::offline);
  }
  if (young) return settle(SourceState::fresh);
  unconfirmed_ok_ = page_ && !must_be_confirmed(*page_, now);
  phase_ = Phase::fetching;
  return Step::fetch;
}

PageReading::Step PageReading::fetched(const Result<fetcher::FetchReply>& reply,
                                       const Question& question,
                                       const policy::FreshnessBounds& bounds) {
  if (phase_ != Phase::fetching) return Step::none;
  if (!reply) return give_up(code_of(reply.error()), reply.error().message);
  switch (reply->outcome) {
    case fetcher::FetchOutcome::page:
    case fetcher::FetchOutcome::not_modified:
      if (reply->page && !is_wanted(question, reply->page->final_url)) return turn_away();
      return received(*reply, bounds);
    case fetcher::FetchOutcome::delivered:  // of no page, as the next
    case fetcher::FetchOutcome::answered:
    case fetcher::FetchOutcome::refused:
    case fetcher::FetchOutcome::failed:
      break;
  }
  return give_up(std::string(to_string(reply->reason)), reply->message);
}

PageReading::Step PageReading::received(const fetcher::FetchReply& reply,
                                        const policy::FreshnessBounds& bounds) {
  // The door is trusted with one page, not with the names of others.
  if (!reply.page || reply.page->url != url_) {
    return give_up("reply_invalid",
                   "the fetcher's reply holds another page than the one asked for");
  }
  const bool confirms = reply.outcome == fetcher::FetchOutcome::not_modified;
  if (confirms && !page_) {
    return give_up("reply_invalid", "the server confirmed a copy that the cache does not hold");
  }
  phase_ = Phase::storing;
  requested_at_ = reply.page->requested_at;
  if (confirms) {
    confirmed_at_ = reply.page->retrieved_at;
    return Step::touch;
  }
  const FetchedPage& fetched = *reply.page;
  const policy::Freshness freshness =
      policy::judge_freshness(fetched.headers, fetched.requested_at, fetched.retrieved_at, bounds);
  page_ = unstored(fetched, freshness);
  if (freshness.storable) return Step::store;
  kept_ = false;
  notice("not_stored",
         "its server forbids to store it: it serves this answer, and cannot be cited");
  return settle(SourceState::fresh);
}

PageReading::Step PageReading::turn_away() {
  page_.reset();
  return give_up("domain_filtered", "it redirects to a host that search_domain_filter leaves out");
}

void PageReading::stored(Result<cache::StoredPage> stored) {
  if (phase_ != Phase::storing) return;
  if (stored) {
    page_ = std::move(*stored);
  } else {
    // What was read just now is good for this answer, whatever keeps the cache from writing it.
    notice("store_failed", stored.error().message);
    kept_ = false;
  }
  const bool confirmed = confirmed_at_ && (!kept_ || page_->retrieved_at == *confirmed_at_);
  if (confirmed) {
    settle(SourceState::revalidated);
  } else if (!confirmed_at_ || page_->retrieved_at > requested_at_) {
    settle(SourceState::fresh);  // fetched now, or by another meanwhile
  } else {
    give_up("confirmed_another_copy", "its server confirmed another copy than the stored one");
  }
}

void PageReading::overdue() {
  if (phase_ != Phase::fetching) return;
  give_up("fetch_deadline", "it had not arrived when the time for reading was over");
}

void PageReading::unaffordable() {
  if (phase_ != Phase::fetching) return;
  give_up("reading_budget",
          "what one question may read was spent (answer.fetches_max, answer.bytes_max)");
}

void PageReading::unneeded() {
  if (phase_ == Phase::looking_up || phase_ == Phase::fetching) phase_ = Phase::unreadable;
}

PageReading::Step PageReading::settle(SourceState state) {
  state_ = state;
  phase_ = Phase::ready;
  if (page_->blocks.empty()) notice("page_empty", "the page has no text");
  return Step::none;
}

PageReading::Step PageReading::give_up(std::string code, std::string message) {
  if (page_ && unconfirmed_ok_) {
    notice(std::move(code),
           message + "; the stored copy of " + format_time(page_->retrieved_at) + " is used");
    return settle(SourceState::stale);
  }
  notice(std::move(code), std::move(message));
  if (page_)
    notice("must_revalidate", "a stored copy is not used: " + std::string(unconfirmed_copy));
  phase_ = Phase::unreadable;
  return Step::none;
}

void PageReading::notice(std::string code, std::string message) {
  notices_.push_back({std::move(code), url_, std::move(message)});
}

}  // namespace seekd::daemon
