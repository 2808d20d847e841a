#include "daemon/api/assistant_search.h"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

#include "daemon/access/terms.h"
#include "daemon/finding/result_merge.h"
#include "daemon/finding/stored_results.h"
#include "policy/rights.h"

namespace seekd::daemon {
namespace {

// Several passages may be of one page, and some of pages that are too old.
constexpr std::size_t passages_per_result = 4;

// One search. It lives in the callbacks that wait for its two halves.
class AssistantSearch : public std::enable_shared_from_this<AssistantSearch> {
 public:
  AssistantSearch(Services& services, ExchangePtr exchange, AssistantQuery asked, OnFindings done)
      : services_(services),
        exchange_(std::move(exchange)),
        asked_(std::move(asked)),
        done_(std::move(done)) {}

  void start() {
    if (auto error = refused()) {
      return boost::asio::post(services_.executor,
                               [self = shared_from_this(), error = *std::move(error)] {
                                 self->done_(std::unexpected(error));
                               });
    }
    exchange_->log().audited["question"] = services_.auditor.question(asked_.query.text);
    ask_cache();
    if (asks_web()) ask_web();
  }

 private:
  bool asks_web() const {
    return services_.web != nullptr && services_.web->configured() &&
           exchange_->caller().rights.has(policy::Right::fetch);
  }

  std::optional<ApiError> refused() {
    const Caller& caller = exchange_->caller();
    if (auto error = hold_to(*caller.terms, asked_.query)) return error;
    if (!asks_web()) return std::nullopt;
    const auto refusal = services_.limits.no_fetches(caller, std::chrono::steady_clock::now());
    if (!refusal) return std::nullopt;
    services_.metrics.refused(refusal->reason);
    return refusal->error;
  }

  void ask_cache() {
    ++waiting_;
    cache::SearchQuery query;
    query.text = asked_.query.text;
    query.syntax = cache::QuerySyntax::marks;
    query.top = asked_.results_max * passages_per_result;
    query.hosts = asked_.query.hosts;
    query.hosts_denied = asked_.query.hosts_denied;
    services_.cache.run(
        [query = std::move(query)](cache::PageCache& cache,
                                   TimePoint now) -> Result<std::vector<WebResult>> {
          const auto passages = cache.search(query, now);
          if (!passages) return std::unexpected(passages.error());
          return stored_results(query.text, *passages, now);
        },
        [self = shared_from_this()](Result<std::vector<WebResult>> stored) {
          if (stored) {
            keep_wanted(self->asked_.query, *stored);
            self->stored_ = *std::move(stored);
          } else {
            self->error_ = to_api_error(stored.error());
          }
          self->came();
        });
  }

  void ask_web() {
    ++waiting_;
    services_.limits.charge_fetches(exchange_->caller(), 1, std::chrono::steady_clock::now());
    const auto running = services_.web->search({asked_.query}, exchange_->request().trace.trace_id,
                                               [self = shared_from_this()](WebFindings findings) {
                                                 self->findings_ = std::move(findings);
                                                 self->came();
                                               });
    exchange_->on_gone([running] { running->cancel(); });
  }

  void came() {
    if (--waiting_ > 0) return;
    if (error_ && findings_.results.empty()) return done_(std::unexpected(*error_));
    const RankedResults lists[] = {{std::move(findings_.results)}, {std::move(stored_)}};
    findings_.results = merged(lists, {asked_.results_max, services_.config.search.per_host_max});
    done_(std::move(findings_));
  }

  Services& services_;
  const ExchangePtr exchange_;
  AssistantQuery asked_;
  const OnFindings done_;
  int waiting_ = 0;
  std::vector<WebResult> stored_;
  std::optional<ApiError> error_;  // of the cache
  WebFindings findings_;
};

}  // namespace

void search_for_assistant(Services& services, const ExchangePtr& exchange, AssistantQuery query,
                          OnFindings done) {
  std::make_shared<AssistantSearch>(services, exchange, std::move(query), std::move(done))->start();
}

}  // namespace seekd::daemon
