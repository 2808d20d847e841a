#include "daemon/metrics/metrics.h"

#include <optional>
#include <utility>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace seekd::daemon {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildHistogram;
using prometheus::Counter;
using prometheus::Family;
using prometheus::Histogram;
using prometheus::Registry;
using Boundaries = Histogram::BucketBoundaries;

// vLLM's own, so that a panel over both systems adds like to like.
const Boundaries first_token_seconds{0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1,
                                     0.25,  0.5,   0.75, 1,    2.5,  5,    7.5,  10,
                                     20,    40,    80,   160,  640,  2560};
const Boundaries between_tokens_seconds{0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5,
                                        0.75, 1,     2.5,  5,     7.5, 10,   20,  40,  80};
const Boundaries request_seconds{0.3, 0.5, 0.8, 1,  1.5, 2,   2.5, 5,   10,   15,  20,
                                 30,  40,  50,  60, 120, 240, 480, 960, 1920, 7680};
const Boundaries sources_seconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                 0.25,  0.5,    1,     2.5,  5,     10,   20};

Family<Counter>& counters(Registry& registry, const std::string& name, const std::string& help) {
  return BuildCounter().Name(name).Help(help).Register(registry);
}

Counter& counter(Registry& registry, const std::string& name, const std::string& help) {
  return counters(registry, name, help).Add({});
}

}  // namespace

struct Metrics::Model {
  Model(Registry& registry, const std::string& name)
      : labels{{"model_name", name}},
        prompt_tokens(count(registry, "vllm:prompt_tokens_total",
                            "Tokens of the prompts of questions that were answered.")),
        generation_tokens(count(registry, "vllm:generation_tokens_total",
                                "Tokens that the model wrote for questions that were answered.")),
        prefix_queries(count(registry, "vllm:prefix_cache_queries_total",
                             "Tokens of prompts that were looked up among earlier prompts.")),
        prefix_hits(count(registry, "vllm:prefix_cache_hits_total",
                          "Tokens of prompts that an earlier prompt had, and were not run again.")),
        first_token(time(registry, "vllm:time_to_first_token_seconds", first_token_seconds,
                         "From a question's arrival to the first text of the model.")),
        between_tokens(time(registry, "vllm:inter_token_latency_seconds", between_tokens_seconds,
                            "Between two pieces of an answer's text, most often one token each.")),
        whole(time(registry, "vllm:e2e_request_latency_seconds", request_seconds,
                   "From a question's arrival to the end of its answer.")),
        queued(time(registry, "vllm:request_queue_time_seconds", request_seconds,
                    "How long a question waited, for its turn and for the model.")) {}

  Counter& count(Registry& registry, const std::string& name, const std::string& help) const {
    return counters(registry, name, help).Add(labels);
  }
  Histogram& time(Registry& registry, const std::string& name, const Boundaries& boundaries,
                  const std::string& help) const {
    return BuildHistogram().Name(name).Help(help).Register(registry).Add(labels, boundaries);
  }

  const prometheus::Labels labels;
  Counter& prompt_tokens;
  Counter& generation_tokens;
  Counter& prefix_queries;
  Counter& prefix_hits;
  Histogram& first_token;
  Histogram& between_tokens;
  Histogram& whole;
  Histogram& queued;
};

struct Metrics::State {
  State()
      : answers(counters(registry, "seekd_answers_total",
                         "Questions by how they ended: cited, answered (without a citation), or "
                         "the code of the error.")),
        sources(counters(registry, "seekd_answer_sources_total",
                         "Pages that stood in a prompt, by what their answer says of them.")),
        notices(counters(registry, "seekd_answer_notices_total",
                         "What answers say was not read or not fresh, by code.")),
        fetches(counters(registry, "seekd_page_fetches_total",
                         "Pages asked of the door, by who wanted them.")),
        pages_shared(
            counters(registry, "seekd_pages_shared_total",
                     "Pages that were under way for another already, by who wanted them.")),
        answers_again(counters(registry, "seekd_answers_given_again_total",
                               "Answers that were not made for their asker: shared with another's, "
                               "or kept since.")),
        kept_answers_ended(
            counter(registry, "seekd_kept_answers_ended_total",
                    "Kept answers whose pages had changed when they were asked for.")),
        refreshes(
            counters(registry, "seekd_refreshes_total", "Runs of watches, by what came of them.")),
        webhook_notices(
            counters(registry, "seekd_webhook_notices_total",
                     "Attempts to tell a webhook, by what its notice is from then on.")),
        refusals(counters(registry, "seekd_requests_refused_total",
                          "Requests turned away before they were looked at, by the reply's code.")),
        citations(counter(registry, "seekd_citations_total",
                          "Citations sent, each checked against its stored snapshot.")),
        citations_dropped(counter(registry, "seekd_citations_dropped_total",
                                  "Citations that failed their check and were not sent.")),
        searches(counter(registry, "seekd_cache_searches_total",
                         "Searches over the cache that questions made.")),
        source_time(BuildHistogram()
                        .Name("seekd_sources_seconds")
                        .Help("From a question's turn to its prompt: search, fetch, storing.")
                        .Register(registry)
                        .Add({}, sources_seconds)) {
    // What has not happened yet is 0, so that a rate sees the first time too.
    for (const char* outcome : {"cited", "answered", "busy", "cancelled", "timeout", "internal"}) {
      answers.Add({{"outcome", outcome}});
    }
    for (const char* reason :
         {"missing_api_key", "invalid_api_key", "expired_api_key", "invalid_token",
          "unknown_certificate", "not_allowed", "origin_denied", "address_denied", "busy",
          "rate_limit_requests", "rate_limit_tokens", "rate_limit_fetches", "rate_limit_at_once"}) {
      refusals.Add({{"reason", reason}});
    }
    using policy::SourceState;
    for (const auto state :
         {SourceState::fresh, SourceState::revalidated, SourceState::stale, SourceState::offline}) {
      sources.Add({{"state", std::string(to_string(state))}});
    }
    for (const Asker asker : {Asker::question, Asker::caller, Asker::watch}) {
      fetches.Add({{"by", std::string(to_string(asker))}});
      pages_shared.Add({{"by", std::string(to_string(asker))}});
    }
    for (const auto origin : {AnswerOrigin::shared, AnswerOrigin::kept}) {
      answers_again.Add({{"from", std::string(to_string(origin))}});
    }
    for (const auto outcome :
         {RunOutcome::added, RunOutcome::unchanged, RunOutcome::changed, RunOutcome::failed}) {
      refreshes.Add({{"outcome", std::string(to_string(outcome))}});
    }
    using State = NoticeDelivery::State;
    for (const auto state : {State::pending, State::delivered, State::given_up}) {
      webhook_notices.Add({{"state", std::string(to_string(state))}});
    }
  }

  Registry registry;
  Family<Counter>& answers;
  Family<Counter>& sources;
  Family<Counter>& notices;
  Family<Counter>& fetches;
  Family<Counter>& pages_shared;
  Family<Counter>& answers_again;
  Counter& kept_answers_ended;
  Family<Counter>& refreshes;
  Family<Counter>& webhook_notices;
  Family<Counter>& refusals;
  Counter& citations;
  Counter& citations_dropped;
  Counter& searches;
  Histogram& source_time;
  std::optional<Model> model;
};

std::string_view to_string(Asker asker) {
  switch (asker) {
    case Asker::question:
      return "question";
    case Asker::caller:
      return "caller";
    case Asker::watch:
      return "watch";
  }
  return "caller";
}

Metrics::Metrics() : state_(std::make_unique<State>()) {}

Metrics::~Metrics() = default;

void Metrics::name_model(const std::string& name) {
  state_->model.emplace(state_->registry, name);
}

void Metrics::waited(Duration in_queues) {
  state_->model->queued.Observe(in_queues.count());
}

void Metrics::looked_up(Duration sources) {
  state_->source_time.Observe(sources.count());
}

void Metrics::began_to_write(Duration since_arrival) {
  state_->model->first_token.Observe(since_arrival.count());
}

void Metrics::wrote_on(Duration since_last) {
  state_->model->between_tokens.Observe(since_last.count());
}

void Metrics::answered(const Answer& answer, Duration since_arrival) {
  Model& model = *state_->model;
  model.whole.Observe(since_arrival.count());
  model.prompt_tokens.Increment(static_cast<double>(answer.usage.prompt_tokens));
  model.prefix_queries.Increment(static_cast<double>(answer.usage.prompt_tokens));
  model.prefix_hits.Increment(static_cast<double>(answer.usage.cached_tokens));
  model.generation_tokens.Increment(static_cast<double>(answer.usage.completion_tokens));
  state_->answers.Add({{"outcome", answer.citations.empty() ? "answered" : "cited"}}).Increment();
  state_->citations.Increment(static_cast<double>(answer.citations.size()));
  state_->citations_dropped.Increment(static_cast<double>(answer.citations_dropped));
  state_->searches.Increment(static_cast<double>(answer.usage.search_queries));
  for (const Source& source : answer.sources) {
    state_->sources.Add({{"state", std::string(to_string(source.state))}}).Increment();
  }
  for (const Notice& notice : answer.notices) {
    state_->notices.Add({{"code", notice.code}}).Increment();
  }
}

void Metrics::not_answered(const Error& error) {
  state_->answers.Add({{"outcome", std::string(to_string(error.code))}}).Increment();
}

void Metrics::refused(const std::string& reason) {
  state_->refusals.Add({{"reason", reason}}).Increment();
}

void Metrics::page_asked_for(Asker asker) {
  state_->fetches.Add({{"by", std::string(to_string(asker))}}).Increment();
}

void Metrics::page_shared(Asker asker) {
  state_->pages_shared.Add({{"by", std::string(to_string(asker))}}).Increment();
}

void Metrics::answer_given_again(AnswerOrigin origin) {
  state_->answers_again.Add({{"from", std::string(to_string(origin))}}).Increment();
}

void Metrics::kept_answer_ended() {
  state_->kept_answers_ended.Increment();
}

void Metrics::refreshed(RunOutcome outcome) {
  state_->refreshes.Add({{"outcome", std::string(to_string(outcome))}}).Increment();
}

void Metrics::notice_attempted(NoticeDelivery::State state) {
  state_->webhook_notices.Add({{"state", std::string(to_string(state))}}).Increment();
}

std::vector<prometheus::MetricFamily> Metrics::collect() const {
  return state_->registry.Collect();
}

}  // namespace seekd::daemon
