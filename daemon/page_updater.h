// PageUpdater: one page through the door into the cache: looked up, asked for with the stored
// copy's validators, stored or confirmed. The one way of those who want a page itself: a caller who
// names it, and the watches.
//
// All functions are called on the I/O thread; callbacks run there. Errors: unavailable (no
// fetcher), those of the cache, internal (the fetcher's reply holds another page).

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/async_cache.h"
#include "daemon/kept_page.h"
#include "daemon/metrics/metrics.h"
#include "daemon/page_flights.h"

namespace seekd::daemon {

struct PageUpdate {
  fetcher::FetchReply reply;     // of a page that was kept, without its content
  std::optional<KeptPage> kept;  // nullopt: none came, or its server forbids to store it
};

class PageUpdater {
 public:
  struct Wish {
    std::string url;  // canonical, or as written: the door says what is wrong with it
    policy::Provenance provenance = policy::Provenance::user;
    Asker asker = Asker::caller;
    // As PageFlights::Wish's.
    PageFlights::Time asked_at = std::chrono::steady_clock::now();
    PageFlights::Time begun_since = PageFlights::Time{};
    std::string trace_id = {};  // as FetchRequest's
  };
  using Done = std::function<void(Result<PageUpdate>)>;

  // Of a running update; destroying it does nothing.
  class Handle {
   public:
    virtual ~Handle() = default;
    // `done` gets `cancelled`, unless the page has come already.
    virtual void cancel() = 0;
  };

  // REQUIRES: all of them outlive this.
  PageUpdater(AsyncCache& cache, PageFlights& flights) : cache_(cache), flights_(flights) {}

  // `done` is called exactly once, never inside this call.
  std::shared_ptr<Handle> update(Wish wish, Done done);

 private:
  class Update;

  AsyncCache& cache_;
  PageFlights& flights_;
};

}  // namespace seekd::daemon
