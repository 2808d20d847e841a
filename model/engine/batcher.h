// Batcher: which tokens of which texts run in the next step.
//
// Texts that are being written go first, a token each; what a step has left goes to prompts, in
// chunks, so that no reader waits for another's long prompt (A. Agrawal et al., "Taming
// Throughput-Latency Tradeoff in LLM Inference with Sarathi-Serve", 2024). A text joins when there
// are pages for all of its prompt. Where pages run short, the text that joined last, of the lowest
// class that there is, gives its own back and begins anew later, its published pages being found
// again where they are still there. A text whose step has failed runs alone for a while, so that it
// is known which one fails. Behind a text's token there may be a draft of those that follow
// (drafter.h), where a row of the step costs less than the tokens that it may save. Decisions
// alone: no tensors, no clock. One thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/engine/drafter.h"
#include "model/engine/page_pool.h"
#include "model/engine/step_room.h"
#include "model/text/tokenizer.h"
#include "model/turns.h"

namespace seekd::model {

// A text on its way through the engine.
struct Sequence {
  std::vector<TokenId> tokens;  // the prompt, then what was made
  std::size_t tokens_max = 0;   // of all together
  std::string salt;             // pages are shared with texts of the same
  Priority priority = Priority::interactive;

  std::size_t computed = 0;           // tokens whose keys and values stand in the pages
  std::size_t begun = 0;              // they, and those of steps that were planned
  std::optional<std::size_t> cached;  // of them, so many were found when it joined first
  TextPages pages;
  bool suspect = false;    // a step failed that it was part of: it runs alone until it has a token
  std::uint64_t stay = 0;  // changes whenever it joins or leaves: what began before counts no more

  std::size_t wanted = 1;          // of its last tokens the logits of so many: they run in any case
  std::optional<Drafter> drafter;  // nullopt: nothing is guessed

  std::size_t pending() const { return tokens.size() - begun; }
};

class Batcher {
 public:
  struct Limits {
    std::size_t sequences = 8;      // run together
    std::size_t chunk_alone = 256;  // tokens of prompts in a step
    std::size_t chunk_beside = 64;  // the same where other texts are being written
    std::size_t chunk_least = 16;   // the same where memory runs short
    std::size_t draft_max = 0;      // tokens behind a text's own
    std::size_t rows_max = 0;       // of a step with drafts, the texts' own tokens included
    double row_cost = 0.1;          // what a further row costs, as a share of a step of one
  };

  struct Part {
    Sequence* sequence = nullptr;
    std::size_t count = 0;            // its next tokens
    std::vector<TokenId> draft = {};  // guessed ones behind them
    bool completes = false;           // does the step give the text's next token?
    std::uint64_t stay = 0;           // of the sequence, when it was planned

    std::size_t first = 0;       // where the first of them stands in the text
    std::size_t own_logits = 0;  // of the text's own tokens, the last ones, so many are wanted

    // Where the next token belongs, of a part that gives it.
    std::size_t end() const { return first + count; }
    std::size_t rows() const { return count + draft.size(); }
    std::size_t logits() const { return own_logits + draft.size(); }
  };

  enum class Drafts : std::uint8_t {
    welcome,
    withheld,  // the texts' last tokens are not known yet
  };

  // REQUIRES: `pool` outlives this and holds a whole context.
  Batcher(PagePool& pool, const Limits& limits) : pool_(pool), limits_(limits) {}

  // REQUIRES: `sequence` outlives its removal, and a page pool that is empty has room for
  // tokens_max.
  void add(Sequence& sequence);

  // Gives its pages back; what was published of them may be found again.
  void remove(Sequence& sequence);

  // Of a step that has failed: the text gives its pages back and begins anew. REQUIRES: its tokens
  // are all known.
  void put_back(Sequence& sequence);

  // A step has ended well; or memory ran out in one, and those to come are smaller for a while:
  // false where they are as small as they get.
  void went_well() { room_.went_well(); }
  bool shrink();

  bool idle() const { return running_.empty() && waiting_.empty(); }
  std::size_t running() const { return running_.size(); }

  // The next step, which is to begin now; another may be planned before it has ended, where each
  // part that completes its text has put a place for the token to come among the text's. Empty
  // where nothing can be run before steps have ended. Parts of one row stand first.
  std::vector<Part> plan(Drafts drafts = Drafts::welcome);

  // The part's step has ended: its tokens are computed, and so many of its draft, which the text
  // has now.
  void computed(const Part& part, std::size_t kept = 0);

  // Would a text be drafted for, of which so many tokens are known and a step gives the next,
  // beside as many texts, itself included?
  bool promising(Sequence& sequence, std::size_t known, std::size_t texts) const;

 private:
  std::size_t sequences_max() const { return room_.of(limits_.sequences, 1); }
  std::size_t chunk_max(std::size_t limit) const { return room_.of(limit, limits_.chunk_least); }
  bool plan_alone(std::vector<Part>& parts);
  static bool may_run_on(const Sequence& sequence);
  void plan_tokens(std::vector<Part>& parts);
  void plan_drafts(std::vector<Part>& parts);
  double worth(std::size_t texts) const;
  void plan_prompts(std::vector<Part>& parts);
  void plan_prompts(Priority priority, std::size_t& left, std::vector<Part>& parts);
  bool any_prompt(Priority priority) const;
  bool make_room(Sequence& sequence);
  void wait_first(Sequence& sequence);
  bool join(Sequence& sequence);
  void give_back(Sequence& sequence);
  static Part part_of(Sequence& sequence, std::size_t count);

  PagePool& pool_;
  const Limits limits_;
  // By class, then in the order in which they joined, or shall.
  std::vector<Sequence*> running_;
  std::vector<Sequence*> waiting_;
  Turns turns_;
  StepRoom room_;
};

// For a network of so many texts at once.
Batcher::Limits batch_limits(std::size_t sequences, bool on_gpu);

}  // namespace seekd::model
