#include "tests/daemon/answer/machine_script.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "cache/content_hash.h"

namespace seekd::daemon::script {
namespace {

using namespace std::chrono_literals;

std::size_t count_words(std::string_view text) {
  std::size_t words = 0;
  bool between = true;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t';
    if (between && !space) ++words;
    between = space;
  }
  return words;
}

}  // namespace

Question question(std::string text) {
  Question question;
  question.messages.push_back({model::Role::user, std::move(text)});
  question.tokens_max = 64;
  question.budget = {3, 8, 32 << 20};
  question.passages_max = 6;
  question.passage_tokens_max = 1200;
  return question;
}

Question question_about(std::vector<std::string> urls) {
  Question out = question();
  out.urls = std::move(urls);
  return out;
}

ModelView word_model() {
  return {
      .context_tokens = 2000,
      .count_tokens = count_words,
      .count_prompt_tokens = [](const std::vector<model::Message>& messages,
                                const std::vector<model::Tool>& /*tools*/) -> Result<std::size_t> {
        std::size_t words = 0;
        for (const auto& message : messages) words += count_words(message.content);
        return words;
      }};
}

AnswerMachine::Settings settings() {
  return {.reading = {.freshness = {},
                      .body_bytes_max = [](std::string_view) { return page_bytes_max; }}};
}

cache::StoredPage page(std::string url, std::chrono::seconds age, std::string text) {
  cache::StoredPage page;
  page.url = page.final_url = std::move(url);
  page.retrieved_at = page.changed_at = now - age;
  page.fresh_until = page.retrieved_at + 1h;
  page.expires_at = page.retrieved_at + 720h;
  page.headers.etag = "\"v1\"";
  page.headers.last_modified = "Sun, 01 Mar 2026 10:00:00 GMT";
  page.metadata.title = "Kestrel";
  page.blocks = {{BlockKind::paragraph, 0, std::move(text)}};
  page.snapshot_hash = cache::hash_text(snapshot_text(page.blocks)).hex();
  return page;
}

Passage passage(const cache::StoredPage& page, double score) {
  Passage passage;
  passage.url = page.url;
  passage.title = page.metadata.title;
  passage.text = snapshot_text(page.blocks);
  passage.snapshot_hash = page.snapshot_hash;
  passage.version = page.version;
  passage.byte_end = passage.text.size();
  passage.retrieved_at = page.retrieved_at;
  passage.fresh_until = page.fresh_until;
  passage.stale_forbidden = policy::forbids_stale(page.headers);
  passage.score = score;
  return passage;
}

fetcher::FetchReply fetched(const std::string& url, std::string text, std::string cache_control) {
  fetcher::FetchReply reply;
  reply.outcome = fetcher::FetchOutcome::page;
  reply.reason = policy::EgressReason::allowed;
  reply.http_status = 200;
  FetchedPage page;
  page.url = page.final_url = url;
  page.requested_at = page.retrieved_at = now;
  page.headers.cache_control = std::move(cache_control);
  page.metadata.title = "Kestrel";
  page.blocks = {{BlockKind::paragraph, 0, std::move(text)}};
  reply.page = std::move(page);
  return reply;
}

fetcher::FetchReply not_modified(const std::string& url) {
  fetcher::FetchReply reply = fetched(url);
  reply.outcome = fetcher::FetchOutcome::not_modified;
  reply.http_status = 304;
  reply.page->blocks.clear();
  return reply;
}

fetcher::FetchReply refused(policy::EgressReason reason, std::string message) {
  fetcher::FetchReply reply;
  reply.outcome = fetcher::FetchOutcome::refused;
  reply.reason = reason;
  reply.message = std::move(message);
  return reply;
}

AnswerMachine machine_for(Question question) {
  return AnswerMachine(std::move(question), settings(), word_model());
}

std::optional<cache::StoredPage> nothing() {
  return std::nullopt;
}

Actions look_up(AnswerMachine& machine, std::optional<cache::StoredPage> stored) {
  const Actions started = machine.resume(event::Started{}, now);
  REQUIRE(count<action::LookUp>(started) == 1);
  REQUIRE(find<action::LookUp>(started)->url == url);
  return machine.resume(event::Found{0, std::move(stored)}, now);
}

const Source& only_source(const Result<Answer>& answer) {
  REQUIRE(answer);
  REQUIRE(answer->sources.size() == 1);
  return answer->sources[0];
}

Result<Answer> complete(AnswerMachine& machine, const std::string& text) {
  machine.resume(event::Tokens{{text, ""}}, now);
  model::Generation generation;
  generation.content = text;
  Actions actions = machine.resume(event::Generated{generation}, now);
  if (const auto* check = find<action::Check>(actions)) {
    actions = machine.resume(event::Checked{std::vector<bool>(check->supports.size(), true)}, now);
  }
  const auto* finish = find<action::Finish>(actions);
  REQUIRE(finish != nullptr);
  return finish->answer;
}

std::vector<std::string> codes(const Answer& answer) {
  std::vector<std::string> codes;
  for (const Notice& notice : answer.notices) codes.push_back(notice.code);
  return codes;
}

}  // namespace seekd::daemon::script
