// A model whose text the test writes: it says it word by word, as slowly as told, and stops when
// asked to.

#pragma once

#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <string>
#include <thread>

#include "model/model.h"

namespace seekd::daemon {

class ScriptedModel final : public model::Model {
 public:
  explicit ScriptedModel(std::string text, std::chrono::milliseconds word_time = {})
      : text_(std::move(text)), word_time_(word_time) {
    info_.name = "scripted";
    info_.architecture = "llama";
    info_.device = "cpu";
    info_.context_tokens = 4000;
  }

  const model::ModelInfo& info() const override { return info_; }

  model::KvMemory kv_memory() const override {
    return {.held = 1 << 20, .kept = 2 << 20, .total = 4 << 20, .on_host = 0};
  }

  model::SpeculationCounts speculation() const override {
    return {.drafts = 2, .drafted_tokens = 12, .accepted_tokens = 7};
  }

  model::ModelHealth health(std::chrono::steady_clock::time_point) const override {
    const std::lock_guard lock(mutex_);
    return health_;
  }
  model::StepFailures step_failures() const override {
    return {.out_of_memory = 3, .errors = 2, .hangs = 1, .recovered = 4};
  }

  // From its next answer on.
  void say(std::string text) {
    const std::lock_guard lock(mutex_);
    text_ = std::move(text);
  }

  void fall_ill(model::ModelHealth health) {
    const std::lock_guard lock(mutex_);
    health_ = std::move(health);
  }

  std::size_t count_tokens(std::string_view text) const override {
    bytes_counted += text.size();
    return text.size() / 4 + 1;
  }

  Result<std::size_t> count_prompt_tokens(
      const std::vector<model::Message>& messages,
      const std::vector<model::Tool>& /*tools*/) const override {
    ++countings;
    held_.wait(true);
    std::size_t tokens = 0;
    for (const auto& message : messages) tokens += count_tokens(message.content);
    return tokens;
  }

  Result<model::Generation> generate(const model::GenerateRequest& request,
                                     const std::function<void(const model::TextDelta&)>& on_text,
                                     std::stop_token stop) override {
    ++generations;
    std::string text;
    {
      const std::lock_guard lock(mutex_);
      last_salt_ = request.cache_salt;
      text = text_;
    }
    model::Generation generation;
    generation.prompt_tokens =
        request.prompt ? count_tokens(*request.prompt) : *count_prompt_tokens(request.messages, {});
    for (std::size_t begin = 0; begin < text.size();) {
      if (stop.stop_requested()) {
        ++cancelled;
        return fail(ErrorCode::cancelled, "taken back");
      }
      std::this_thread::sleep_for(word_time_);
      const std::size_t end = std::min(text.find(' ', begin), text.size() - 1) + 1;
      model::TextDelta delta{text.substr(begin, end - begin), ""};
      if (request.sampling.logprobs) {
        const model::TokenLogprob word{delta.content, delta.content, -0.5};
        delta.tokens.push_back({word, std::vector(*request.sampling.logprobs, word)});
      }
      on_text(delta);
      ++generation.completion_tokens;
      begin = end;
    }
    generation.content = text;
    return generation;
  }

  Result<std::vector<model::Score>> score(const model::ScoreRequest& request,
                                          std::stop_token) override {
    ++scorings;
    if (yes < 0) return fail(ErrorCode::internal, "the model has no opinion");
    std::vector<model::Score> scores;
    for (const std::string& continuation : request.continuations) {
      scores.push_back({std::log(continuation == "Yes" ? yes.load() : 1 - yes), 1});
    }
    return scores;
  }

  std::string last_salt() const {
    const std::lock_guard lock(mutex_);
    return last_salt_;
  }

  // Until let_count() no prompt is counted to its end.
  void hold_counting() { held_ = true; }
  void let_count() {
    held_ = false;
    held_.notify_all();
  }

  mutable std::atomic<std::size_t> bytes_counted = 0;
  mutable std::atomic<int> countings = 0;
  std::atomic<int> generations = 0;
  std::atomic<int> scorings = 0;
  std::atomic<double> yes = -1;  // how likely it says it; below 0: it fails
  std::atomic<int> cancelled = 0;

 private:
  mutable std::mutex mutex_;  // guards the next three
  std::string last_salt_;     // of the last request
  std::string text_;
  model::ModelHealth health_;
  std::atomic<bool> held_ = false;
  std::chrono::milliseconds word_time_;
  model::ModelInfo info_;
};

}  // namespace seekd::daemon
