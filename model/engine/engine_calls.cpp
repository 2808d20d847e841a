// What Engine's callers run, each on its own thread.

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

#include "model/engine/engine_conversation.h"
#include "model/engine/penalties.h"

namespace seekd::model {

Result<Engine::Outcome> Engine::run(Request request, const OnToken& on_token,
                                    const std::stop_token& stop) {
  assert(!request.prompt.empty() && request.tokens_max > request.prompt.size());
  const auto conversation = std::make_shared<Conversation>();
  conversation->tokens = std::move(request.prompt);
  conversation->tokens_max = request.tokens_max;
  conversation->salt = std::move(request.cache_salt);
  conversation->priority = request.priority;
  conversation->sampling = request.sampling;
  conversation->prompt = conversation->tokens.size();
  conversation->thought = request.thought;
  conversation->shape = std::move(request.shape);
  // What a penalty makes of a draft's tokens is known only when those before them are.
  if (settings_.speculation == config::Speculation::lookup && !penalizes(request.sampling)) {
    conversation->drafter.emplace(request.tokens_max).prepare(conversation->tokens);
  }
  if (const Status taken = submit({&conversation, 1}); !taken) {
    return std::unexpected(taken.error());
  }
  const Attendance attendance(*this, *conversation);
  return attend(*conversation, on_token, stop);
}

// Refused while the engine cannot serve them.
Status Engine::submit(std::span<const ConversationPtr> conversations) {
  const std::scoped_lock lock(mutex_);
  if (const ModelHealth health = watch_.health(Clock::now()); health.state != ModelState::healthy) {
    return std::unexpected(refusal(health));
  }
  arrived_.insert(arrived_.end(), conversations.begin(), conversations.end());
  changes_.notify_one();
  return {};
}

// For text or its end, as long as the engine may still bring it.
Status Engine::await_news(std::unique_lock<std::mutex>& lock, Conversation& conversation,
                          const std::stop_token& stop) {
  const auto patience = std::min<Clock::duration>(std::chrono::seconds(1), watch_.limit());
  const auto any = [&] { return !conversation.made.empty() || conversation.ended; };
  while (!conversation.news.wait_for(lock, stop, patience, any) && !stop.stop_requested()) {
    const ModelHealth health = watch_.health(Clock::now());
    if (health.state != ModelState::healthy) return std::unexpected(refusal(health));
  }
  return {};
}

Result<Engine::Outcome> Engine::attend(Conversation& conversation, const OnToken& on_token,
                                       const std::stop_token& stop) {
  Outcome outcome;
  while (true) {
    std::vector<DrawnToken> made;
    std::optional<Result<FinishReason>> ended;
    {
      std::unique_lock lock(mutex_);
      if (const Status waited = await_news(lock, conversation, stop); !waited) {
        return std::unexpected(waited.error());
      }
      made.swap(conversation.made);
      ended = conversation.ended;
      outcome.cached_tokens = conversation.found;
    }
    for (const DrawnToken& token : made) {
      if (stop.stop_requested()) break;
      ++outcome.made_tokens;
      if (!on_token(token)) return outcome;
    }
    if (stop.stop_requested()) {
      return fail(ErrorCode::cancelled, "the generation was cancelled by its caller");
    }
    if (!ended) continue;
    if (!*ended) return std::unexpected(ended->error());
    outcome.finish = **ended;
    if (outcome.finish == FinishReason::stop) ++outcome.made_tokens;  // the one that ended it
    return outcome;
  }
}

// A text whose last tokens run for what the network says after them.
Engine::ConversationPtr Engine::judged_text(const ScoreRequest& request,
                                            std::vector<TokenId> tokens,
                                            std::vector<std::vector<TokenId>> asked) {
  auto text = std::make_shared<Conversation>();
  text->tokens = std::move(tokens);
  text->tokens_max = text->tokens.size() + 1;
  text->salt = request.cache_salt;
  text->priority = request.priority;
  text->wanted = asked.size();
  text->asked = std::move(asked);
  return text;
}

Result<std::vector<double>> Engine::await_judgement(Conversation& text,
                                                    const std::stop_token& stop) {
  const auto outcome = attend(text, {}, stop);
  if (!outcome) return std::unexpected(outcome.error());
  const std::scoped_lock lock(mutex_);
  return text.logarithms;
}

// The prompt's last row judges the first token of each continuation; those of more than one run
// together behind the prompt, whose pages they find.
Result<std::vector<double>> Engine::score(ScoreRequest request, const std::stop_token& stop) {
  assert(!request.prompt.empty() && !request.continuations.empty());
  std::vector<std::vector<TokenId>> firsts(1);
  for (const auto& continuation : request.continuations) firsts[0].push_back(continuation.front());
  const ConversationPtr prompt = judged_text(request, request.prompt, std::move(firsts));
  if (const Status taken = submit({&prompt, 1}); !taken) return std::unexpected(taken.error());
  const Attendance attendance(*this, *prompt);
  auto sums = await_judgement(*prompt, stop);
  if (!sums) return sums;

  std::vector<ConversationPtr> longer(request.continuations.size());
  std::vector<ConversationPtr> submitted;
  std::vector<std::unique_ptr<Attendance>> attendances;
  for (std::size_t i = 0; i < longer.size(); ++i) {
    const std::span<const TokenId> continuation = request.continuations[i];
    if (continuation.size() < 2) continue;
    std::vector<TokenId> tokens = request.prompt;
    tokens.insert(tokens.end(), continuation.begin(), continuation.end() - 1);
    std::vector<std::vector<TokenId>> asked;
    for (const TokenId token : continuation.subspan(1)) asked.push_back({token});
    longer[i] = judged_text(request, std::move(tokens), std::move(asked));
    submitted.push_back(longer[i]);
    attendances.push_back(std::make_unique<Attendance>(*this, *longer[i]));
  }
  if (const Status taken = submit(submitted); !taken) return std::unexpected(taken.error());
  for (std::size_t i = 0; i < longer.size(); ++i) {
    if (!longer[i]) continue;
    const auto more = await_judgement(*longer[i], stop);
    if (!more) return more;
    (*sums)[i] = std::accumulate(more->begin(), more->end(), (*sums)[i]);
  }
  return sums;
}

}  // namespace seekd::model
