#include "daemon/api/chat_request.h"

#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

const Scope readable{.collections = {"web", "handbook"}, .restricted = {"handbook"}};

std::expected<ChatRequest, ApiError> parse(std::string_view body) {
  model::ModelInfo model;
  model.name = "SmolLM2-135M";
  model.thinks = true;
  return parse_chat_request(body, model, {}, readable);
}

// A request with further fields: ask(R"("n": 2)").
std::string ask(const std::string& fields) {
  return R"({"messages": [{"role": "user", "content": "Hello"}])" +
         (fields.empty() ? "" : ", " + fields) + "}";
}

struct Bad {
  std::string body;
  std::string param;
  std::string code;
};

const std::vector<Bad> bad_requests{
    {"", "", "invalid_json"},
    {"{", "", "invalid_json"},
    {"{} {}", "", "invalid_json"},
    {"{\"messages\": \"\xff\"}", "", "invalid_json"},
    {std::string(100'000, '['), "", "invalid_json"},
    {"[]", "", "invalid_type"},
    {"7", "", "invalid_type"},
    {"{}", "messages", "missing_field"},
    {R"({"messages": null})", "messages", "missing_field"},
    {R"({"messages": []})", "messages", "missing_field"},
    {R"({"messages": "Hello"})", "messages", "invalid_type"},
    {R"({"messages": ["Hello"]})", "messages", "invalid_type"},
    {R"({"messages": [{"content": "Hello"}]})", "messages[0].role", "invalid_value"},
    {R"({"messages": [{"role": "narrator", "content": "x"}]})", "messages[0].role",
     "invalid_value"},
    {R"({"messages": [{"role": "tool", "content": "x"}]})", "messages[0].tool_call_id",
     "missing_field"},
    {R"({"messages": [{"role": "tool", "content": "x", "tool_call_id": "a"}]})", "messages",
     "invalid_value"},
    {R"({"messages": [{"role": 1, "content": "x"}]})", "messages[0].role", "invalid_type"},
    {R"({"messages": [{"role": "user"}]})", "messages[0].content", "missing_field"},
    {R"({"messages": [{"role": "user", "content": 5}]})", "messages[0].content", "invalid_type"},
    {R"({"messages": [{"role": "user", "content": " \n"}]})", "messages", "invalid_value"},
    {R"({"messages": [{"role": "user", "content": []}]})", "messages", "invalid_value"},
    {R"({"messages": [{"role": "user", "content": ["x"]}]})", "messages[0].content",
     "invalid_type"},
    {R"({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]})",
     "messages[0].content[0].type", "unsupported_field"},
    {R"({"messages": [{"role": "user", "content": [{"type": "text"}]}]})",
     "messages[0].content[0].text", "missing_field"},
    {ask(R"("reasoning_effort": "huge")"), "reasoning_effort", "invalid_value"},
    {ask(R"("reasoning_effort": 3)"), "reasoning_effort", "invalid_type"},
    {R"({"messages": [{"role": "user", "content": "x", "name": "y"}]})", "messages[0].name",
     "unsupported_field"},
    {R"({"messages": [{"role": "user", "content": "x", "colour": 1}]})", "messages[0].colour",
     "unknown_field"},
    {R"({"messages": [{"role": "user", "content": "x", "annotations": []}]})",
     "messages[0].annotations", "unknown_field"},
    {R"({"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]})",
     "messages", "invalid_value"},
    {ask(R"("unheard_of": 1)"), "unheard_of", "unknown_field"},
    {ask(R"("model": "gpt-9")"), "model", "model_not_found"},
    {ask(R"("model": 7)"), "model", "invalid_type"},
    {ask(R"("stream": 1)"), "stream", "invalid_type"},
    {ask(R"("stream_options": {"include_usage": true})"), "stream_options", "invalid_value"},
    {ask(R"("stream": true, "stream_options": {"include": 1})"), "stream_options.include",
     "unknown_field"},
    {ask(R"("max_tokens": 0)"), "max_tokens", "out_of_range"},
    {ask(R"("max_tokens": 1.5)"), "max_tokens", "invalid_type"},
    {ask(R"("max_tokens": "5")"), "max_tokens", "invalid_type"},
    {ask(R"("max_tokens": 1e300)"), "max_tokens", "invalid_type"},
    {ask(R"("max_tokens": 5, "max_completion_tokens": 6)"), "max_tokens", "invalid_value"},
    {ask(R"("temperature": "hot")"), "temperature", "invalid_type"},
    {ask(R"("temperature": -1)"), "temperature", "out_of_range"},
    {ask(R"("temperature": 2.1)"), "temperature", "out_of_range"},
    {ask(R"("top_p": 0)"), "top_p", "out_of_range"},
    {ask(R"("top_p": 2)"), "top_p", "out_of_range"},
    {ask(R"("top_k": -2)"), "top_k", "out_of_range"},
    {ask(R"("min_p": 1.5)"), "min_p", "out_of_range"},
    {ask(R"("seed": 1.5)"), "seed", "invalid_type"},
    {ask(R"("stop": ["a", "b", "c", "d", "e"])"), "stop", "out_of_range"},
    {ask(R"("stop": [""])"), "stop", "invalid_value"},
    {ask(R"("stop": [1])"), "stop[0]", "invalid_type"},
    {ask(R"("stop": 1)"), "stop", "invalid_type"},
    {ask(R"("n": 2)"), "n", "unsupported_field"},
    {ask(R"("functions": [])"), "functions", "unsupported_field"},
    {ask(R"("service_tier": "priority")"), "service_tier", "invalid_value"},
    {ask(R"("service_tier": 1)"), "service_tier", "invalid_type"},
    {ask(R"("logit_bias": {"5": 1})"), "logit_bias", "unsupported_field"},
    {ask(R"("logprobs": 5)"), "logprobs", "invalid_type"},
    {ask(R"("top_logprobs": 5)"), "top_logprobs", "invalid_value"},
    {ask(R"("logprobs": false, "top_logprobs": 1)"), "top_logprobs", "invalid_value"},
    {ask(R"("logprobs": true, "top_logprobs": 21)"), "top_logprobs", "out_of_range"},
    {ask(R"("logprobs": true, "top_logprobs": -1)"), "top_logprobs", "out_of_range"},
    {ask(R"("logprobs": true, "top_logprobs": "5")"), "top_logprobs", "invalid_type"},
    {ask(R"("frequency_penalty": 2.5)"), "frequency_penalty", "out_of_range"},
    {ask(R"("frequency_penalty": "1")"), "frequency_penalty", "invalid_type"},
    {ask(R"("presence_penalty": -2.1)"), "presence_penalty", "out_of_range"},
    {ask(R"("repetition_penalty": 0)"), "repetition_penalty", "out_of_range"},
    {ask(R"("repetition_penalty": -1)"), "repetition_penalty", "out_of_range"},
    {ask(R"("repetition_penalty": 1e300)"), "repetition_penalty", "out_of_range"},
    {ask(R"("response_format": "json")"), "response_format", "invalid_type"},
    {ask(R"("response_format": {"type": "grammar"})"), "response_format.type", "invalid_value"},
    {ask(R"("response_format": {"type": "text", "json_schema": {}})"),
     "response_format.json_schema", "unknown_field"},
    {ask(R"("response_format": {"type": "json_schema"})"), "response_format.json_schema",
     "missing_field"},
    {ask(R"("response_format": {"type": "json_schema", "json_schema": {"schema": {}}})"),
     "response_format.json_schema.name", "invalid_value"},
    {ask(R"("response_format": {"type": "json_schema", "json_schema": {"name": "n"}})"),
     "response_format.json_schema.schema", "missing_field"},
    {ask(R"("response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema":
            {"type": "object", "properties": {"a": {"not": {}}}}}})"),
     "response_format.json_schema.schema.properties.a.not", "unsupported_field"},
    {ask(R"("response_format": {"type": "json_schema", "json_schema": {"name": "n", "strict": true,
            "schema": {"type": "object"}}})"),
     "response_format.json_schema.schema.additionalProperties", "invalid_value"},
    {ask(R"("response_format": {"type": "json_object"}, "require_sources": true)"),
     "require_sources", "invalid_value"},
    {ask(R"("web_search_options": {"user_location": {}})"), "web_search_options.user_location",
     "unsupported_field"},
    {ask(R"("web_search_options": {"search_context_size": "huge"})"),
     "web_search_options.search_context_size", "invalid_value"},
    {ask(R"("web_search_options": "low")"), "web_search_options", "invalid_type"},
    {ask(R"("search_recency_filter": "decade")"), "search_recency_filter", "invalid_value"},
    {ask(R"("search_after_date_filter": "13/1/2026")"), "search_after_date_filter",
     "invalid_value"},
    {ask(R"("search_before_date_filter": "3/1/26")"), "search_before_date_filter", "invalid_value"},
    {ask(R"("last_updated_after_filter": "2026-02-30")"), "last_updated_after_filter",
     "invalid_value"},
    {ask(R"("last_updated_before_filter": "3/1/2026 ")"), "last_updated_before_filter",
     "invalid_value"},
    {ask(R"("search_after_date_filter": "3/2/2026", "search_before_date_filter": "2026-03-01")"),
     "search_after_date_filter", "invalid_value"},
    {ask(R"("as_of": "yesterday")"), "as_of", "invalid_value"},
    {ask(R"("as_of": "2026-03-01T12:00:00+01:00")"), "as_of", "invalid_value"},
    {ask(R"("as_of": "2026-03-01", "max_age": 5)"), "as_of", "invalid_value"},
    {ask(R"("search_domain_filter": ["https://debian.org"])"), "search_domain_filter",
     "invalid_value"},
    {ask(R"("search_domain_filter": ["debian.org/packages"])"), "search_domain_filter",
     "invalid_value"},
    {ask(R"("search_domain_filter": ["user@debian.org"])"), "search_domain_filter",
     "invalid_value"},
    {ask(R"("search_domain_filter": [""])"), "search_domain_filter", "invalid_value"},
    {ask(R"("search_domain_filter": ["debian.org#x"])"), "search_domain_filter", "invalid_value"},
    {ask(R"("search_domain_filter": ["debian.org?x"])"), "search_domain_filter", "invalid_value"},
    {ask(R"("search_domain_filter": [" debian.org"])"), "search_domain_filter", "invalid_value"},
    {ask(R"("search_domain_filter": ["debian.org:80"])"), "search_domain_filter", "invalid_value"},
    {ask(R"("urls": [""])"), "urls[0]", "out_of_range"},
    {ask(R"("max_age": "1d")"), "max_age", "invalid_type"},
    {ask(R"("max_age": -1)"), "max_age", "out_of_range"},
    {ask(R"("offline": "yes")"), "offline", "invalid_type"},
    {ask(R"("urls": "https://debian.org/")"), "urls", "invalid_type"},
    {ask(R"("urls": ["a", "b", "c", "d", "e", "f", "g", "h", "i"])"), "urls", "out_of_range"},
    {ask(R"("urls": ["https://debian.org/"], "disable_search": true)"), "urls", "invalid_value"},
    {ask(R"("require_sources": true, "disable_search": true)"), "require_sources", "invalid_value"},
    {ask(R"("require_sources": true, "enable_search_classifier": true)"), "require_sources",
     "invalid_value"},
    {ask(R"("user": )" + ("\"" + std::string(600, 'x') + "\"")), "user", "out_of_range"},
    {ask(R"("cache_salt": )" + ("\"" + std::string(600, 'x') + "\"")), "cache_salt",
     "out_of_range"},
    {ask(R"("prompt_cache_key": 7)"), "prompt_cache_key", "invalid_type"},
};

TEST_CASE("a bad request is refused with the name of its field") {
  for (const Bad& bad : bad_requests) {
    INFO(bad.body.substr(0, 200));
    const auto request = parse(bad.body);
    REQUIRE(!request);
    CHECK(request.error().param == bad.param);
    CHECK(request.error().code == bad.code);
    CHECK(request.error().status == (bad.code == "model_not_found" ? 404 : 400));
    CHECK(!request.error().message.empty());
  }
}

TEST_CASE("a field's name in an error is bounded, however long it is") {
  const auto request = parse(ask("\"" + std::string(100'000, 'x') + "\": 1"));
  REQUIRE(!request);
  CHECK(request.error().message.size() < 300);
}

TEST_CASE("a question alone gets the configured defaults") {
  const auto request = parse(ask(""));
  REQUIRE(request);
  const config::AnswerConfig config;
  CHECK(request->question.text() == "Hello");
  CHECK(request->question.tokens_max == config.tokens_max);
  CHECK(request->question.passages_max == config.passages_max);
  CHECK(request->question.sampling.temperature == 0.0);
  CHECK(request->question.sampling.top_p == 1.0);
  CHECK(request->question.sampling.repetition_penalty == 1.0);
  CHECK(!request->question.sampling.logprobs);
  CHECK(request->question.reach == Reach::web);
  CHECK(request->question.retrieval == Retrieval::enabled);
  CHECK(!request->question.max_age);
  CHECK(request->delivery == Delivery::whole);
}

TEST_CASE("every field that is served is honoured") {
  const auto request = parse(ask(
      R"("model": "SmolLM2-135M", "stream": true, "stream_options": {"include_usage": true},
         "max_completion_tokens": 7, "temperature": 0.5, "top_p": 0.25, "top_k": 40, "min_p": 0.05, "seed": -3,
         "frequency_penalty": 0.5, "presence_penalty": -1, "repetition_penalty": 1.25, "logprobs": true, "top_logprobs": 20, "stop": "END", "n": 1,
         "user": "me", "web_search_options": {"search_context_size": "high"},
         "search_domain_filter": ["Debian.org", "-bugs.debian.org"], "offline": true, "max_age": 60,
         "require_sources": true,
         "urls": ["https://debian.org/"])"));
  REQUIRE(request);
  const Question& question = request->question;
  CHECK(request->delivery == Delivery::streamed);
  CHECK(request->usage_chunk == UsageChunk::sent);
  CHECK(question.tokens_max == 7);
  CHECK(question.sampling.temperature == 0.5);
  CHECK(question.sampling.top_p == 0.25);
  CHECK(question.sampling.top_k == 40);
  CHECK(question.sampling.min_p == 0.05);
  CHECK(question.sampling.frequency_penalty == 0.5);
  CHECK(question.sampling.presence_penalty == -1.0);
  CHECK(question.sampling.repetition_penalty == 1.25);
  CHECK(question.sampling.logprobs == 20U);
  CHECK(question.sampling.seed == static_cast<std::uint64_t>(-3));
  CHECK(question.stop == std::vector<std::string>{"END"});
  CHECK(question.passages_max == 2 * config::AnswerConfig{}.passages_max);
  CHECK(question.hosts == std::vector<std::string>{".debian.org"});
  CHECK(question.hosts_denied == std::vector<std::string>{".bugs.debian.org"});
  CHECK(question.reach == Reach::cache_only);
  CHECK(question.max_age == std::chrono::seconds(60));
  CHECK(question.grounding == Grounding::required);
  CHECK(question.urls == std::vector<std::string>{"https://debian.org/"});
}

TEST_CASE("a schema is what the answer's text is to be, and text is any") {
  const auto shape = [](const std::string& format) {
    const auto request = parse(ask(R"("response_format": )" + format));
    REQUIRE(request);
    return request->question.shape;
  };
  CHECK(shape(R"({"type": "text"})") == nullptr);
  REQUIRE(shape(R"({"type": "json_object"})"));
  CHECK(shape(R"({"type": "json_object"})")->source() == R"({"type":"object"})");
  const auto named = shape(R"({"type": "json_schema", "json_schema": {"name": "n", "description":
      "d", "schema": {"type": "array", "items": {"enum": [1, 2]}}}})");
  REQUIRE(named);
  CHECK(named->source() == R"({"type":"array","items":{"enum":[1,2]}})");
}

TEST_CASE("a request of the tier flex is served in the background") {
  CHECK(parse(ask(R"("service_tier": "flex")"))->question.priority == model::Priority::background);
  for (const char* tier : {R"("service_tier": "auto")", R"("service_tier": "default")", ""}) {
    CHECK(parse(ask(tier))->question.priority == model::Priority::interactive);
  }
}

TEST_CASE("requests share a salt when both of its fields are the same, and not otherwise") {
  const auto salt = [](const std::string& fields) {
    const auto request = parse(ask(fields));
    REQUIRE(request);
    return request->question.cache_salt;
  };
  CHECK(salt("") == salt(R"("cache_salt": "", "prompt_cache_key": "")"));
  CHECK(salt(R"("cache_salt": "a")") == salt(R"("cache_salt": "a")"));
  CHECK(salt(R"("cache_salt": "a")") != salt(R"("prompt_cache_key": "a")"));
  CHECK(salt(R"("cache_salt": "ab")") != salt(R"("cache_salt": "a", "prompt_cache_key": "b")"));
}

TEST_CASE("log-probabilities without further tokens are those of the answer's alone") {
  const auto request = parse(ask(R"("logprobs": true)"));
  REQUIRE(request);
  CHECK(request->question.sampling.logprobs == 0U);
}

TEST_CASE("fields that ask for nothing are accepted as clients send them") {
  CHECK(parse(
      ask(R"("frequency_penalty": 0, "presence_penalty": 0.0, "logprobs": false, "top_logprobs": 0,
                     "logit_bias": {}, "response_format": {"type": "text"}, "tools": null, "stop": null,
                     "tool_choice": "none", "store": false, "max_tokens": null, "seed": null)")));
}

TEST_CASE(
    "parts of a message are its paragraphs, and our own replies are taken back as they came") {
  const auto request = parse(
      R"({"messages": [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi", "refusal": null, "annotations": [], "reasoning_content": "…"},
        {"role": "user", "content": [{"type": "text", "text": "One"}, {"type": "text", "text": "Two"}]}]})");
  REQUIRE(request);
  REQUIRE(request->question.messages.size() == 4);
  CHECK(request->question.messages[0].role == model::Role::system);
  CHECK(request->question.messages[2].content == "Hi");
  CHECK(request->question.text() == "One\nTwo");
}

TEST_CASE("an effort is a number of tokens to think, on top of an answer of no named length") {
  const config::AnswerConfig config;
  const auto unnamed = parse(ask(""));
  REQUIRE(unnamed);
  CHECK_FALSE(unnamed->question.thinking.effort);
  CHECK(unnamed->question.tokens_max == config.tokens_max);
  const auto high = parse(ask(R"("reasoning_effort": "high")"));
  REQUIRE(high);
  CHECK(high->question.thinking.effort == Effort::high);
  CHECK(high->question.thinking.tokens_of(Effort::high) == config.thinking_tokens_high);
  CHECK(high->question.tokens_max == config.tokens_max + config.thinking_tokens_high);
  const auto named = parse(ask(R"("reasoning_effort": "low", "max_completion_tokens": 90)"));
  REQUIRE(named);
  CHECK(named->question.tokens_max == 90);
  CHECK(parse(ask(R"("reasoning_effort": "none")"))->question.tokens_max == config.tokens_max);
  CHECK_FALSE(parse(ask(R"("reasoning_effort": null)"))->question.thinking.effort);
}

TEST_CASE("dates are days, as people and as other services write them") {
  const auto request = parse(ask(
      R"("search_after_date_filter": "3/1/2026", "search_before_date_filter": "2026-03-02",
         "last_updated_after_filter": "12/31/2025", "search_recency_filter": "week")"));
  REQUIRE(request);
  using namespace std::chrono;
  const DateFilter& dates = request->question.dates;
  CHECK(dates.published.first == sys_days(2026y / 3 / 1));
  CHECK(dates.published.last == sys_days(2026y / 3 / 2));
  CHECK(dates.updated.first == sys_days(2025y / 12 / 31));
  CHECK_FALSE(dates.updated.last);
  CHECK(dates.recency == days(7));
}

TEST_CASE("as of a day is as of its end, as of a time that time") {
  using namespace std::chrono;
  const auto day = parse(ask(R"("as_of": "2026-03-01")"));
  REQUIRE(day);
  CHECK(day->question.as_of == sys_days(2026y / 3 / 2) - 1s);
  const auto time = parse(ask(R"("as_of": "2026-03-01T12:00:00Z")"));
  REQUIRE(time);
  CHECK(time->question.as_of == sys_days(2026y / 3 / 1) + 12h);
}

}  // namespace
}  // namespace seekd::daemon
