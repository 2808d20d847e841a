#include "daemon/api/chat_reply.h"

#include <cmath>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "daemon/api/asking.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

Answer cited_answer() {
  Answer answer;
  answer.content = "Es ist 7311. 🦅";
  answer.usage = {.prompt_tokens = 10,
                  .cached_tokens = 7,
                  .completion_tokens = 5,
                  .search_queries = 1,
                  .citation_tokens = 4,
                  .pages_fetched = 1};
  Source source;
  source.url = "https://docs.example.org/";
  source.title = "Kestrel";
  source.snapshot_hash = "00ff";
  source.version = 3;
  source.state = policy::SourceState::revalidated;
  answer.sources = {source, source};
  answer.sources[1].url = "https://other.example.org/";
  answer.citations = {
      {.source = 0, .start_index = 0, .end_index = 12, .byte_begin = 40, .byte_end = 60}};
  answer.notices = {{"http_error", "", "the server said 500"}};
  return answer;
}

ChatReply reply_of(UsageChunk usage = UsageChunk::left_out) {
  return {"chatcmpl-1", "SmolLM2", TimePoint{std::chrono::seconds(1'772'366'400)}, usage};
}

json::object parsed(const std::string& text) {
  CHECK(!text.contains('\n'));
  return json::parse(text).as_object();
}

TEST_CASE("a completion carries the answer, its citations and their snapshots") {
  const json::object body = parsed(completion_json(reply_of(), cited_answer()));
  CHECK(body.at("object") == "chat.completion");
  const json::object& choice = body.at("choices").at(0).as_object();
  CHECK(choice.at("finish_reason") == "stop");
  const json::object& citation =
      choice.at("message").at("annotations").at(0).at("url_citation").as_object();
  CHECK(citation.at("start_index") == 0);
  CHECK(citation.at("end_index") == 12);
  CHECK(citation.at("snapshot").at("byte_begin") == 40);
  CHECK(body.at("citations") == json::array{"https://docs.example.org/"});
  CHECK(body.at("search_results").as_array().size() == 2);
  const json::object& snapshot = body.at("search_results").at(0).at("snapshot").as_object();
  CHECK(snapshot.at("hash") == "00ff");
  CHECK(snapshot.at("state") == "revalidated");
  CHECK(snapshot.at("byte_end") == 60);
  CHECK(body.at("notices").at(0).at("url").is_null());
  CHECK(body.at("usage").at("total_tokens") == 15);
  CHECK(body.at("usage").at("prompt_tokens_details").at("cached_tokens") == 7);
  CHECK(body.at("usage").at("num_search_queries") == 1);
  CHECK(body.at("usage").at("charged_tokens") == 15);
  CHECK(body.at("usage").at("citation_tokens") == 4);
  CHECK(!choice.at("message").as_object().contains("reasoning_content"));
}

TEST_CASE("the chunks of a stream are OpenAI's, with the sources beside the last choice") {
  const ChatReply reply = reply_of(UsageChunk::sent);
  const json::object role = parsed(role_chunk_json(reply));
  CHECK(role.at("object") == "chat.completion.chunk");
  CHECK(role.at("choices").at(0).at("delta").at("role") == "assistant");
  CHECK(role.at("choices").at(0).at("finish_reason").is_null());
  CHECK(role.at("usage").is_null());
  const json::object delta = parsed(delta_chunk_json(reply, {"text\nmore", "thought"}));
  CHECK(delta.at("choices").at(0).at("delta").at("content") == "text\nmore");
  CHECK(delta.at("choices").at(0).at("delta").at("reasoning_content") == "thought");
  const json::object last = parsed(final_chunk_json(reply, cited_answer()));
  CHECK(last.at("choices").at(0).at("finish_reason") == "stop");
  CHECK(last.at("choices").at(0).at("delta").at("annotations").as_array().size() == 1);
  CHECK(last.at("citations").as_array().size() == 1);
  const json::object usage = parsed(usage_chunk_json(reply, cited_answer()));
  CHECK(usage.at("choices").as_array().empty());
  CHECK(usage.at("usage").at("completion_tokens") == 5);
}

TEST_CASE("log-probabilities are told as OpenAI has them, of a part of a character by its bytes") {
  const model::TokenLogprob part{"\uFFFD", "\xE2\x80", -0.25};
  const model::AnswerToken token{part, {part, {"a", "a", -INFINITY}}};
  Answer answer = cited_answer();
  answer.tokens = {token};
  const ChatReply reply = reply_of();
  const auto told = [](const json::object& body) {
    return body.at("choices").at(0).at("logprobs");
  };
  const json::value whole = told(parsed(completion_json(reply, answer)));
  CHECK(json::serialize(whole) ==
        json::serialize(told(parsed(delta_chunk_json(reply, {"", "", {token}})))));
  REQUIRE(whole.at("content").as_array().size() == 1);
  const json::object& entry = whole.at("content").at(0).as_object();
  CHECK(entry.at("token") == "\uFFFD");
  CHECK(entry.at("logprob") == -0.25);
  CHECK(entry.at("bytes") == json::array{0xE2, 0x80});
  REQUIRE(entry.at("top_logprobs").as_array().size() == 2);
  CHECK(entry.at("top_logprobs").at(1).at("logprob") == -9999.0);
  CHECK(entry.at("top_logprobs").at(1).at("bytes") == json::array{97});
  CHECK(told(parsed(completion_json(reply, cited_answer()))).is_null());
  CHECK(told(parsed(final_chunk_json(reply, answer))).is_null());
}

TEST_CASE("a prompt over the context is OpenAI's error for it") {
  const ApiError error =
      to_answer_error({ErrorCode::too_large, "9000 tokens, 8192 fit"}, "messages");
  CHECK(error.status == 400);
  CHECK(error.code == "context_length_exceeded");
  CHECK(error.param == "messages");
}

TEST_CASE("sources that are required and not there are a refusal of the request's") {
  const ApiError error =
      to_answer_error({ErrorCode::not_found, "no page could be read"}, "messages");
  CHECK(error.status == 422);
  CHECK(error.code == "no_sources");
  CHECK(error.param == "require_sources");
}

TEST_CASE("a full queue says when to come back") {
  const HttpResponse response = to_response(to_api_error({ErrorCode::busy, "too many"}));
  CHECK(response.status == 503);
  CHECK(response.retry_after.has_value());
  CHECK(parsed(response.body).at("error").at("param").is_null());
}

}  // namespace
}  // namespace seekd::daemon
