// Engine: the thread that runs the network, for many texts at once.
//
// Each caller of run() waits in its own thread and is handed its tokens there, so that what is made
// of them costs the network no time. Between two steps texts join and leave (G. Yu et al., "Orca",
// 2022), and where the network can, a step begins before it is known which tokens the one before it
// gives, so that a GPU does not wait for the host; batcher.h decides which tokens a step runs,
// page_pool.h what is kept of texts that ended. A step that fails is tried again, in smaller
// pieces where memory ran out, else each of its texts alone; one that takes too long is waited for
// by nobody (step_watch.h). run() from any thread; all calls must have returned before the engine
// goes, and the engine does not go before its step has returned.

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "config/config.h"
#include "model/engine/batcher.h"
#include "model/engine/host_pages.h"
#include "model/engine/kv_pages.h"
#include "model/engine/page_pool.h"
#include "model/engine/row_questions.h"
#include "model/engine/step_watch.h"
#include "model/engine/thought.h"
#include "model/families/llama.h"
#include "model/model.h"
#include "model/shape/shaped_text.h"
#include "model/text/tokenizer.h"
#include "policy/result.h"

namespace seekd::model {

class Engine {
 public:
  struct Settings {
    Batcher::Limits limits;
    std::size_t pages = 0;         // REQUIRES: room for a whole context
    std::size_t host_pages = 0;    // for those that no text holds, in the host's memory
    std::vector<TokenId> end_ids;  // any of them ends a text
    config::Speculation speculation = config::Speculation::none;
    int threads = 1;
    std::chrono::milliseconds step_limit = std::chrono::minutes(10);  // REQUIRES: above 0
  };

  struct Request {
    std::vector<TokenId> prompt;  // REQUIRES: not empty, ids below the vocabulary's size
    std::size_t tokens_max = 0;   // of the whole text. REQUIRES: more than the prompt has
    Sampling sampling;
    std::string cache_salt;
    Priority priority = Priority::interactive;
    std::optional<Thought> thought = std::nullopt;   // nullopt: it may think as long as it likes
    std::optional<ShapedText> shape = std::nullopt;  // nullopt: it is free
  };

  struct Outcome {
    FinishReason finish = FinishReason::stop;
    std::size_t cached_tokens = 0;  // of the prompt
    std::size_t made_tokens = 0;    // the one that ended the text included
  };

  struct ScoreRequest {
    std::vector<TokenId> prompt;  // REQUIRES: as Request's
    // REQUIRES: at least one, none empty; with the prompt each fits the context
    std::vector<std::vector<TokenId>> continuations;
    std::string cache_salt;
    Priority priority = Priority::interactive;
  };

  // Called with each token but the one that ends the text; false wants no more.
  using OnToken = std::function<bool(const DrawnToken&)>;

  Engine(Llama network, Settings settings);
  ~Engine();

  // Errors: cancelled, internal (the step that it was part of failed; the message is libtorch's or
  // the driver's), unavailable (memory ran out, or the engine is not healthy: it says so within a
  // second). What `on_token` throws passes through.
  Result<Outcome> run(Request request, const OnToken& on_token, const std::stop_token& stop);

  // How likely each continuation is behind the prompt: the natural logarithm of its probability at
  // temperature 1; not a number where the logits are none. One pass over the prompt, and a step for
  // what continuations have beyond their first tokens. Errors: as run().
  Result<std::vector<double>> score(ScoreRequest request, const std::stop_token& stop);

  PagePool::Usage usage() const { return pool_.usage(); }  // any thread
  SpeculationCounts speculation() const;                   // any thread

  // Any thread.
  ModelHealth health(StepWatch::TimePoint now) const { return watch_.health(now); }
  StepFailures failures() const { return watch_.failures(); }

 private:
  struct Conversation;
  class Attendance;
  using ConversationPtr = std::shared_ptr<Conversation>;
  using Clock = std::chrono::steady_clock;
  using Parts = std::vector<Batcher::Part>;
  struct Step;

  // On the caller's thread.
  Status submit(std::span<const ConversationPtr> conversations);
  static ConversationPtr judged_text(const ScoreRequest& request, std::vector<TokenId> tokens,
                                     std::vector<std::vector<TokenId>> asked);
  Result<std::vector<double>> await_judgement(Conversation& text, const std::stop_token& stop);
  Result<Outcome> attend(Conversation& conversation, const OnToken& on_token,
                         const std::stop_token& stop);
  Status await_news(std::unique_lock<std::mutex>& lock, Conversation& conversation,
                    const std::stop_token& stop);

  // On the engine's.
  void work(const std::stop_token& stop);
  bool take_changes(const std::stop_token& stop);
  void step();
  std::unique_ptr<Step> plan_step(Batcher::Drafts drafts);
  bool may_go_on(const Step& step) const;
  Status begin_step(Step& step);
  void begin_network(Step& step);
  static void cut_drafts(Parts& parts);
  static void ask(const Batcher::Part& part, RowQuestions& questions);
  static void leave_places(const Parts& parts);
  Status end_step(const Step& step);
  void recover(std::initializer_list<const Step*> steps, const Error& error);
  static std::vector<ConversationPtr> texts_of(std::initializer_list<const Step*> steps);
  std::vector<ConversationPtr> put_suspects_back(std::span<const ConversationPtr> texts);
  void put_back(Conversation& text);
  void end_all(std::span<const ConversationPtr> texts, const Error& error);
  void lose(const Error& why);
  static Conversation& conversation_of(const Batcher::Part& part);

  // REQUIRES: mutex_ is held.
  void hand_out(const Step& step, const RowAnswers& said);
  static std::span<const double> note(const Batcher::Part& part,
                                      std::span<const double> logarithms);
  std::size_t take(const Batcher::Part& part, std::span<const Result<DrawnToken>> tokens);
  void hand_out(Conversation& conversation, std::size_t place, const DrawnToken& drawn);
  static void close_thought(Conversation& conversation);
  static void end(Conversation& conversation, Result<FinishReason> how);

  const Llama network_;
  const Settings settings_;
  PagePool pool_;
  KvPages pages_;
  std::optional<HostPages> host_pages_;
  Batcher batcher_;
  std::vector<ConversationPtr> served_;  // of the engine's thread
  std::unique_ptr<Step> running_;        // of the engine's thread
  bool lost_ = false;                    // of the engine's thread
  StepWatch watch_;
  std::atomic<std::uint64_t> drafts_ = 0;
  std::atomic<std::uint64_t> drafted_ = 0;
  std::atomic<std::uint64_t> kept_ = 0;

  std::mutex mutex_;  // guards the next two, and what callers see of their conversations
  std::condition_variable_any changes_;
  std::vector<ConversationPtr> arrived_;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace seekd::model
