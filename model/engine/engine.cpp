#include "model/engine/engine.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <c10/core/InferenceMode.h>

#include "model/engine/batch.h"
#include "model/engine/engine_conversation.h"
#include "model/threads.h"
#include "model/torch_errors.h"

namespace seekd::model {

Engine::Engine(Llama network, Settings settings)
    : network_(std::move(network)),
      settings_(std::move(settings)),
      pool_(settings_.pages, settings_.host_pages),
      pages_(network_.new_pages(settings_.pages)),
      host_pages_(settings_.host_pages > 0
                      ? std::optional<HostPages>(std::in_place, pages_, settings_.host_pages)
                      : std::nullopt),
      batcher_(pool_, settings_.limits),
      watch_(settings_.step_limit),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

Engine::~Engine() = default;

void Engine::work(const std::stop_token& stop) {
  const c10::InferenceMode no_gradients;
  use_threads(settings_.threads);
  while (!lost_ && take_changes(stop)) {
    watch_.began(Clock::now());
    step();
    watch_.returned(Clock::now());
  }
}

// Waits where nothing is to be done. False when the engine is to stop.
bool Engine::take_changes(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (served_.empty() && !running_) {
    changes_.wait(lock, stop, [this] { return !arrived_.empty(); });
  }
  for (ConversationPtr& conversation : arrived_) {
    batcher_.add(*conversation);
    served_.push_back(std::move(conversation));
  }
  arrived_.clear();
  std::erase_if(served_, [this](const ConversationPtr& conversation) {
    const bool gone = conversation->abandoned || conversation->ended;
    if (gone) batcher_.remove(*conversation);
    return gone;
  });
  return !stop.stop_requested();
}

// The step after the running one begins, where it may, before that one's tokens are read. Whether
// another may begin before its own are is known once those of the running one are.
void Engine::step() {
  using Drafts = Batcher::Drafts;
  const std::unique_ptr<Step> before = std::move(running_);
  std::unique_ptr<Step> next = plan_step(before ? Drafts::withheld : Drafts::welcome);
  const Status begun = next ? begin_step(*next) : Status{};
  const Status ended = before ? end_step(*before) : Status{};
  // The next one has tokens of the one before it.
  if (!ended) return recover({before.get(), next.get()}, ended.error());
  if (!begun) return recover({next.get()}, begun.error());
  if (!next) return;
  if (may_go_on(*next)) {
    running_ = std::move(next);
  } else if (const Status done = end_step(*next); !done) {
    recover({next.get()}, done.error());
  }
}

// nullptr where there is nothing to run.
std::unique_ptr<Engine::Step> Engine::plan_step(Batcher::Drafts drafts) {
  auto step = std::make_unique<Step>();
  step->parts = batcher_.plan(drafts);
  cut_drafts(step->parts);
  if (step->parts.empty()) return nullptr;
  for (const Batcher::Part& part : step->parts) {
    step->of.push_back(conversation_of(part).shared_from_this());
  }
  return step;
}

// What a text's shape does not let through need not be judged.
void Engine::cut_drafts(Parts& parts) {
  for (Batcher::Part& part : parts) {
    const auto& shape = conversation_of(part).shape;
    if (shape) part.draft.resize(shape->fitting(part.draft));
  }
  std::ranges::stable_partition(parts, [](const Batcher::Part& part) { return part.rows() == 1; });
}

Status Engine::begin_step(Step& step) {
  return stop_exceptions("beginning a step", [&]() -> Status {
    begin_network(step);
    return {};
  });
}

// What a draft gives is known only when it has been judged; what the host draws, when it has it. A
// text that may be drafted for behind this step is waited for, and one whose thought may be closed
// there.
bool Engine::may_go_on(const Step& step) const {
  if (network_.steps_at_once() == 1) return false;
  for (std::size_t i = 0; i < step.parts.size(); ++i) {
    const Batcher::Part& part = step.parts[i];
    const Conversation& conversation = *step.of[i];
    if (!part.draft.empty() || !conversation.asked.empty()) return false;
    if (!part.completes || conversation.ended) continue;
    if (conversation.shape || drawn_on_host(conversation.sampling)) return false;
    if (conversation.thought && conversation.thought->nearly_spent()) return false;
    if (batcher_.promising(*part.sequence, part.end(), step.parts.size())) return false;
  }
  return true;
}

void Engine::begin_network(Step& step) {
  std::vector<BatchPart> batch;
  std::vector<std::vector<TokenId>> drafted;
  drafted.reserve(step.parts.size());  // the batch looks into them
  RowQuestions questions;
  for (const Batcher::Part& part : step.parts) {
    const Conversation& conversation = conversation_of(part);
    std::span tokens = std::span(conversation.tokens).subspan(part.first, part.count);
    if (!part.draft.empty()) {
      drafted.emplace_back(tokens.begin(), tokens.end());
      drafted.back().insert(drafted.back().end(), part.draft.begin(), part.draft.end());
      tokens = drafted.back();
    }
    batch.push_back({.tokens = tokens,
                     .position = static_cast<std::int64_t>(part.first),
                     .pages = conversation.pages.pages(),
                     .logits = part.logits()});
    ask(part, questions);
  }
  if (host_pages_) host_pages_->move(pool_.take_moves(), pages_);
  if (questions.judge_any()) {
    step.said = questions.answers(network_.forward(batch, pages_));
  } else {
    network_.begin(batch, questions.draws(), pages_);
  }
  leave_places(step.parts);
}

// For the tokens that the step will draw.
void Engine::leave_places(const Parts& parts) {
  std::size_t drawn = 0;
  for (const Batcher::Part& part : parts) {
    if (!part.completes || !conversation_of(part).asked.empty()) continue;
    part.sequence->tokens.push_back(token_drawn_at(drawn));
    drawn += part.logits();
  }
}

// What is wanted after each token of the parts whose logits are: of texts that are written the next
// token, of those that are judged the logarithms that were asked for.
void Engine::ask(const Batcher::Part& part, RowQuestions& questions) {
  Conversation& conversation = conversation_of(part);
  if (!conversation.asked.empty()) {
    for (const auto& tokens : conversation.asked_of(part)) questions.judge(tokens);
    return;
  }
  if (part.logits() == 0) return;
  if (conversation.shape) conversation.masks = conversation.shape->masks(part.draft);
  const std::span<const TokenId> text = conversation.tokens;
  for (std::size_t i = 0; i < part.logits(); ++i) {
    questions.draw({.sampling = conversation.sampling,
                    .position = text.size() + i,
                    .prompt = text.first(conversation.prompt),
                    .answer = text.subspan(conversation.prompt),
                    .allowed = conversation.shape ? conversation.masks[i].get() : nullptr});
  }
}

Status Engine::end_step(const Step& step) {
  const auto said = stop_exceptions("running a step", [&]() -> Result<RowAnswers> {
    return step.said ? *step.said : RowAnswers{network_.finish(), {}};
  });
  if (!said) return std::unexpected(said.error());
  batcher_.went_well();
  const std::scoped_lock lock(mutex_);
  hand_out(step, *said);
  return {};
}

void Engine::hand_out(const Step& step, const RowAnswers& said) {
  std::span<const Result<DrawnToken>> tokens = said.tokens;
  std::span<const double> logarithms = said.logarithms;
  for (std::size_t i = 0; i < step.parts.size(); ++i) {
    const Batcher::Part& part = step.parts[i];
    Conversation& conversation = *step.of[i];
    std::size_t kept = 0;
    if (!conversation.asked.empty()) {
      logarithms = note(part, logarithms);
    } else if (part.logits() > 0) {
      const std::size_t rows = part.logits();
      // A text that has ended needs nothing of a step that began before that was known.
      if (!conversation.ended) kept = take(part, tokens.first(rows));
      tokens = tokens.subspan(rows);
    }
    batcher_.computed(part, kept);
    // Before its caller hears of the end: then the pages are there for whatever comes of it.
    if (conversation.ended) batcher_.remove(conversation);
  }
}

// What is left behind those of the part.
std::span<const double> Engine::note(const Batcher::Part& part,
                                     std::span<const double> logarithms) {
  Conversation& conversation = conversation_of(part);
  const auto tokens_of = [](std::span<const std::vector<TokenId>> rows) {
    std::size_t count = 0;
    for (const auto& tokens : rows) count += tokens.size();
    return count;
  };
  const auto rows = conversation.asked_of(part);
  const std::size_t count = tokens_of(rows);
  // A text that lost its pages comes to its rows a second time.
  if (count > 0) {
    const auto before = static_cast<std::size_t>(rows.data() - conversation.asked.data());
    conversation.logarithms.resize(tokens_of(std::span(conversation.asked).first(before)));
  }
  const auto own = logarithms.first(count);
  conversation.logarithms.insert(conversation.logarithms.end(), own.begin(), own.end());
  if (part.completes) end(conversation, FinishReason::length);
  return logarithms.subspan(count);
}

// A token of the draft that is the one that the text gets has been computed with what follows it.
// How many were.
std::size_t Engine::take(const Batcher::Part& part, std::span<const Result<DrawnToken>> tokens) {
  Conversation& conversation = conversation_of(part);
  std::size_t kept = 0;
  while (true) {
    const Result<DrawnToken>& drawn = tokens[kept];
    if (!drawn) {
      end(conversation, std::unexpected(drawn.error()));
      break;
    }
    if (kept > 0) conversation.tokens.push_back(drawn->token);
    hand_out(conversation, part.end() + kept, *drawn);
    if (conversation.ended || kept == part.draft.size()) break;
    const bool closed = conversation.tokens.size() > part.end() + kept + 1;
    if (closed || drawn->token != part.draft[kept]) break;
    ++kept;
  }
  if (!part.draft.empty()) {
    ++drafts_;
    drafted_ += part.draft.size();
    kept_ += kept;
  }
  return kept;
}

SpeculationCounts Engine::speculation() const {
  return {.drafts = drafts_, .drafted_tokens = drafted_, .accepted_tokens = kept_};
}

void Engine::hand_out(Conversation& conversation, std::size_t place, const DrawnToken& drawn) {
  const TokenId token = drawn.token;
  conversation.tokens[place] = token;
  conversation.found = conversation.cached.value_or(0);
  if (std::ranges::find(settings_.end_ids, token) != settings_.end_ids.end()) {
    return end(conversation, FinishReason::stop);
  }
  conversation.made.push_back(drawn);
  if (conversation.shape) conversation.shape->took(token);
  if (place + 1 >= conversation.tokens_max) return end(conversation, FinishReason::length);
  conversation.news.notify_one();
  if (!conversation.thought) return;
  conversation.thought->took(token);
  // Where a step has begun behind it already, its token comes first.
  const bool last = place + 1 == conversation.tokens.size();
  if (last && conversation.thought->spent()) close_thought(conversation);
}

// What closes it stands in the text as if it had been drawn, and runs as a prompt does.
void Engine::close_thought(Conversation& conversation) {
  for (const TokenId token : conversation.thought->closing()) {
    conversation.tokens.push_back(token);
    conversation.made.push_back({token, {}});
    conversation.thought->took(token);
    if (conversation.shape) conversation.shape->took(token);
    if (conversation.tokens.size() < conversation.tokens_max) continue;
    return end(conversation, FinishReason::length);
  }
}

void Engine::end(Conversation& conversation, Result<FinishReason> how) {
  conversation.ended = std::move(how);
  conversation.news.notify_one();
}

Engine::Conversation& Engine::conversation_of(const Batcher::Part& part) {
  return static_cast<Conversation&>(*part.sequence);  // all that it is given are of that type
}

}  // namespace seekd::model
