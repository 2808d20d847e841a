#include "daemon/answer/answer_cache.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace seekd::daemon {
namespace {

std::uint64_t bytes_of(const Answer& answer) {
  std::uint64_t bytes = sizeof(Answer) + answer.content.size() + answer.reasoning.size();
  for (const model::AnswerToken& token : answer.tokens) {
    bytes += sizeof token + token.chosen.text.size() + token.chosen.bytes.size();
    for (const model::TokenLogprob& one : token.best) {
      bytes += sizeof one + one.text.size() + one.bytes.size();
    }
  }
  for (const Source& source : answer.sources) {
    bytes += sizeof source + source.url.size() + source.title.size() + source.snippet.size() +
             source.snapshot_hash.size();
  }
  for (const Notice& notice : answer.notices) {
    bytes += sizeof notice + notice.code.size() + notice.url.size() + notice.message.size();
  }
  return bytes + answer.citations.size() * sizeof(Citation);
}

// The same pages and the same words give it again; others are of what could not be done today.
bool follows_from_text(std::string_view code) {
  constexpr std::array<std::string_view, 7> codes{
      "links_removed", "links_unknown",    "model_alone",        "prompt_removed",
      "read_as_of",    "sources_disagree", "suspected_injection"};
  return std::ranges::find(codes, code) != codes.end();
}

}  // namespace

std::string_view to_string(AnswerOrigin origin) {
  switch (origin) {
    case AnswerOrigin::computed:
      return "computed";
    case AnswerOrigin::shared:
      return "shared";
    case AnswerOrigin::kept:
      return "kept";
  }
  return "";
}

std::size_t charged_tokens(const Answer& answer) {
  if (answer.origin != AnswerOrigin::computed) return 0;
  return answer.usage.prompt_tokens + answer.usage.completion_tokens + answer.usage.search_tokens;
}

std::size_t charged_fetches(const Answer& answer) {
  return answer.usage.pages_fetched + answer.usage.web_searches;
}

Usage usage_given_again(Usage usage) {
  usage.cached_tokens = usage.prompt_tokens;
  usage.search_queries = usage.pages_fetched = usage.web_searches = usage.search_tokens = 0;
  return usage;
}

std::shared_ptr<const Answer> AnswerCache::find(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->answer;
}

void AnswerCache::keep(const std::string& key, Answer answer) {
  take_out(key);
  answer.trace.clear();
  const std::uint64_t bytes = key.size() * 2 + sizeof(Entry) + bytes_of(answer);
  if (bytes > bytes_max_) return;
  bytes_ += bytes;
  entries_.push_front({key, std::make_shared<const Answer>(std::move(answer)), bytes});
  by_key_[key] = entries_.begin();
  while (bytes_ > bytes_max_) take_out(std::string(entries_.back().key));
}

void AnswerCache::take_out(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  bytes_ -= found->second->bytes;
  entries_.erase(found->second);
  by_key_.erase(found);
}

void AnswerCache::clear() {
  entries_.clear();
  by_key_.clear();
  bytes_ = 0;
}

bool may_be_kept(const Answer& answer, const Question& question) {
  if (!std::ranges::all_of(answer.notices, follows_from_text, &Notice::code)) return false;
  if (question.retrieval == Retrieval::disabled) return true;
  return !answer.citations.empty() &&
         std::ranges::none_of(answer.sources, [](const Source& source) {
           return source.snapshot_hash.empty() || source.version == 0;
         });
}

}  // namespace seekd::daemon
