// What is counted, counted once, at the moment that it is true.

#include "daemon/metrics/metrics.h"

#include <catch2/catch.hpp>

#include "daemon/metrics/exposition.h"
#include "daemon/metrics/question_meter.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
using Time = QuestionMeter::Time;

// The value behind a series as it is written; -1 where there is none.
double value_of(const std::string& text, const std::string& series) {
  const std::size_t at = ("\n" + text).find("\n" + series + " ");
  return at == std::string::npos ? -1.0 : std::stod(text.substr(at + series.size() + 1));
}

std::string text_of(const Metrics& metrics) {
  return exposition(metrics, Readings{});
}

Answer cited_answer() {
  Answer answer;
  answer.usage = {.prompt_tokens = 200,
                  .cached_tokens = 150,
                  .completion_tokens = 9,
                  .search_queries = 2,
                  .citation_tokens = 80,
                  .pages_fetched = 1};
  answer.sources.resize(3);
  answer.sources[0].state = policy::SourceState::revalidated;
  answer.sources[1].state = policy::SourceState::stale;
  answer.sources[2].state = policy::SourceState::stale;
  answer.citations.resize(2);
  answer.citations_dropped = 5;
  answer.notices.push_back({"http_error", "https://example.org/", "404"});
  return answer;
}

TEST_CASE("a question's waits, its sources and its text are measured from where each begins") {
  Metrics metrics;
  metrics.name_model("tiny");
  const Time zero{};
  QuestionMeter meter(metrics, zero);
  meter.admitted(zero + 1s);
  meter.handed_over(zero + 4s);
  meter.began(zero + 6s);
  meter.wrote(zero + 7s);
  meter.wrote(zero + 7500ms);
  meter.wrote(zero + 9s);
  meter.ended(cited_answer(), zero + 10s);

  const std::string text = text_of(metrics);
  const auto sum = [&](const std::string& name) {
    return value_of(text, name + "_sum{model_name=\"tiny\"}");
  };
  CHECK(sum("vllm:request_queue_time_seconds") == Approx(3));  // 1 for its turn, 2 for the model
  CHECK(sum("vllm:time_to_first_token_seconds") == Approx(7));
  CHECK(sum("vllm:inter_token_latency_seconds") == Approx(2));
  CHECK(value_of(text, "vllm:inter_token_latency_seconds_count{model_name=\"tiny\"}") == 2);
  CHECK(sum("vllm:e2e_request_latency_seconds") == Approx(10));
  CHECK(value_of(text, "seekd_sources_seconds_sum") == Approx(3));
}

TEST_CASE("an answer adds its tokens, sources, citations and notices") {
  Metrics metrics;
  metrics.name_model("tiny");
  CHECK(value_of(text_of(metrics), "seekd_answers_total{outcome=\"cited\"}") == 0);
  metrics.answered(cited_answer(), 1s);
  metrics.answered(cited_answer(), 1s);
  metrics.answered(Answer{}, 1s);
  const std::string text = text_of(metrics);
  CHECK(value_of(text, "vllm:prompt_tokens_total{model_name=\"tiny\"}") == 400);
  CHECK(value_of(text, "vllm:generation_tokens_total{model_name=\"tiny\"}") == 18);
  CHECK(value_of(text, "vllm:prefix_cache_queries_total{model_name=\"tiny\"}") == 400);
  CHECK(value_of(text, "vllm:prefix_cache_hits_total{model_name=\"tiny\"}") == 300);
  CHECK(value_of(text, "seekd_answers_total{outcome=\"cited\"}") == 2);
  CHECK(value_of(text, "seekd_answers_total{outcome=\"answered\"}") == 1);
  CHECK(value_of(text, "seekd_answer_sources_total{state=\"stale\"}") == 4);
  CHECK(value_of(text, "seekd_answer_sources_total{state=\"revalidated\"}") == 2);
  CHECK(value_of(text, "seekd_answer_sources_total{state=\"fresh\"}") == 0);
  CHECK(value_of(text, "seekd_citations_total") == 4);
  CHECK(value_of(text, "seekd_citations_dropped_total") == 10);
  CHECK(value_of(text, "seekd_cache_searches_total") == 4);
  CHECK(value_of(text, "seekd_answer_notices_total{code=\"http_error\"}") == 2);
}

TEST_CASE("a question that fails counts under its error, and measures no latency") {
  Metrics metrics;
  metrics.name_model("tiny");
  QuestionMeter meter(metrics, Time{});
  meter.ended(fail(ErrorCode::busy, "too many"), Time{} + 1s);
  const std::string text = text_of(metrics);
  CHECK(value_of(text, "seekd_answers_total{outcome=\"busy\"}") == 1);
  CHECK(value_of(text, "vllm:e2e_request_latency_seconds_count{model_name=\"tiny\"}") == 0);
}

TEST_CASE("a model's name is written so that no reader stumbles over it") {
  Metrics metrics;
  metrics.name_model("a \"b\"\\c\nd");
  CHECK(value_of(text_of(metrics), R"(vllm:prompt_tokens_total{model_name="a \"b\"\\c\nd"})") == 0);
}

TEST_CASE("what is not known is not there") {
  Metrics metrics;
  const std::string text = text_of(metrics);
  CHECK(value_of(text, "seekd_fetcher_up") == 0);
  CHECK_FALSE(text.contains("vllm:"));
  CHECK_FALSE(text.contains("seekd_cache_pages"));
  CHECK_FALSE(text.contains("seekd_egress_verdicts_total"));
}

}  // namespace
}  // namespace seekd::daemon
