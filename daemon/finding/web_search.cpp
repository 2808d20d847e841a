#include "daemon/finding/web_search.h"

#include <cmath>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <unistd.h>

#include "daemon/finding/search_machine.h"

namespace seekd::daemon {
namespace {

using Clock = ProviderHealth::Clock;

// Beside the provider's own timeout, which the fetcher keeps.
constexpr std::chrono::milliseconds fetcher_margin{1000};

// Without the kernel's randomness the pauses lose their spread, and nothing else.
double chance() {
  std::uint32_t random = 0;
  return getentropy(&random, sizeof random) == 0 ? std::ldexp(random, -32) : 0;
}

// One search, acted out. Keeps itself alive through what it waits for.
class SearchRun final : public fetcher::FetchHandle,
                        public std::enable_shared_from_this<SearchRun> {
 public:
  SearchRun(const boost::asio::any_io_executor& executor, fetcher::FetcherClient& fetcher,
            const config::Config& config, const PageClock& clock, SearchMachine machine,
            std::string trace_id, WebSearch::Done done)
      : executor_(executor),
        fetcher_(fetcher),
        config_(config),
        clock_(clock),
        machine_(std::move(machine)),
        trace_id_(std::move(trace_id)),
        done_(std::move(done)),
        deadline_(executor) {}

  void start() {
    deadline_.expires_after(config_.search.deadline);
    deadline_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error) self->finish();
    });
    boost::asio::post(executor_, [self = shared_from_this()] {
      if (self->done_) self->perform(self->machine_.start(self->moment()));
    });
  }

  void cancel() override {
    boost::asio::post(executor_, [self = shared_from_this()] { self->finish(); });
  }

 private:
  SearchMachine::Moment moment() const {
    const auto now = Clock::now();
    return {now, std::chrono::floor<std::chrono::milliseconds>(deadline_.expiry() - now),
            clock_.now(), chance()};
  }

  void perform(SearchMachine::Actions actions) {
    for (SearchMachine::Action& action : actions) {
      std::visit([this](auto& what) { act(what); }, action);
    }
    if (machine_.done()) finish();
  }

  void act(const SearchMachine::Send& what) {
    const policy::SearchProvider& provider = config_.search.providers[what.provider];
    handles_.push_back(fetcher_.search(
        {provider.name, what.terms, trace_id_}, provider.timeout + fetcher_margin,
        [self = shared_from_this(), what](const Result<fetcher::SearchReply>& reply) {
          if (!self->done_) return;
          self->perform(self->machine_.on_answer(what.query, what.provider, reply, self->moment()));
        }));
  }

  void act(const SearchMachine::Wait& what) {
    const auto timer = std::make_shared<boost::asio::steady_timer>(executor_, what.time);
    timer->async_wait(
        [self = shared_from_this(), what, timer](const boost::system::error_code& error) {
          if (error || !self->done_) return;
          self->perform(self->machine_.on_turn(what.query, what.provider, self->moment()));
        });
  }

  void act(const SearchMachine::ReadFeed& what) {
    fetcher::FetchRequest request;
    request.url = what.url;
    request.provenance = policy::Provenance::site_list;
    request.trace_id = trace_id_;
    handles_.push_back(
        fetcher_.fetch(request, config_.search.deadline,
                       [self = shared_from_this(), what](const Result<fetcher::FetchReply>& reply) {
                         if (!self->done_) return;
                         self->perform(self->machine_.on_feed(what.query, what.url, reply));
                       }));
  }

  void finish() {
    if (!done_) return;
    deadline_.cancel();
    const auto done = std::exchange(done_, nullptr);
    for (const auto& handle : std::exchange(handles_, {})) handle->cancel();
    done(machine_.finish());
  }

  boost::asio::any_io_executor executor_;
  fetcher::FetcherClient& fetcher_;
  const config::Config& config_;
  const PageClock& clock_;
  SearchMachine machine_;
  const std::string trace_id_;
  WebSearch::Done done_;  // empty: finished; what comes in is late, and nobody's
  boost::asio::steady_timer deadline_;
  std::vector<std::shared_ptr<fetcher::FetchHandle>> handles_;
};

}  // namespace

WebSearch::WebSearch(boost::asio::any_io_executor executor, fetcher::FetcherClient& fetcher,
                     const config::Config& config, const PageClock& clock)
    : executor_(std::move(executor)), fetcher_(fetcher), config_(config), clock_(clock) {
  for (const policy::SearchProvider& provider : config.search.providers) {
    health_.emplace_back(provider.interval);
  }
}

bool WebSearch::configured() const {
  return !config_.search.providers.empty() || !config_.search.topics.empty();
}

std::shared_ptr<fetcher::FetchHandle> WebSearch::search(std::vector<WebQuery> queries,
                                                        const std::string& trace_id, Done done) {
  SearchMachine machine(config_.search, config_.privacy, health_, std::move(queries));
  const auto run = std::make_shared<SearchRun>(executor_, fetcher_, config_, clock_,
                                               std::move(machine), trace_id, std::move(done));
  run->start();
  return run;
}

std::vector<ProviderReading> WebSearch::providers() const {
  std::vector<ProviderReading> readings;
  readings.reserve(health_.size());
  for (std::size_t i = 0; i < health_.size(); ++i) {
    readings.push_back({config_.search.providers[i], health_[i]});
  }
  return readings;
}

}  // namespace seekd::daemon
