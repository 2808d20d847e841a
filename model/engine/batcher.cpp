#include "model/engine/batcher.h"

#include <algorithm>
#include <cassert>
#include <span>

namespace seekd::model {

void Batcher::add(Sequence& sequence) {
  waiting_.insert(std::ranges::upper_bound(waiting_, sequence.priority, {}, &Sequence::priority),
                  &sequence);
}

void Batcher::remove(Sequence& sequence) {
  std::erase(running_, &sequence);
  std::erase(waiting_, &sequence);
  give_back(sequence);
}

void Batcher::put_back(Sequence& sequence) {
  if (std::erase(running_, &sequence) == 0) return;
  give_back(sequence);
  wait_first(sequence);
}

// Of its class.
void Batcher::wait_first(Sequence& sequence) {
  waiting_.insert(std::ranges::lower_bound(waiting_, sequence.priority, {}, &Sequence::priority),
                  &sequence);
}

bool Batcher::shrink() {
  if (sequences_max() == 1 && chunk_max(limits_.chunk_alone) <= limits_.chunk_least) return false;
  room_.ran_out();
  return true;
}

Batcher::Part Batcher::part_of(Sequence& sequence, std::size_t count) {
  const std::size_t behind = sequence.pending() - count;
  return {.sequence = &sequence,
          .count = count,
          .completes = behind == 0,
          .stay = sequence.stay,
          .first = sequence.begun,
          .own_logits = std::min(count, sequence.wanted - std::min(sequence.wanted, behind))};
}

std::vector<Batcher::Part> Batcher::plan(Drafts drafts) {
  std::vector<Part> parts;
  if (!plan_alone(parts)) {
    plan_tokens(parts);
    if (drafts == Drafts::welcome) plan_drafts(parts);
    plan_prompts(parts);
  }
  // A chunk of one token is attended to with the texts that are being written.
  std::ranges::stable_partition(parts, [](const Part& part) { return part.rows() == 1; });
  for (const Part& part : parts) part.sequence->begun += part.count;
  return parts;
}

void Batcher::computed(const Part& part, std::size_t kept) {
  assert(kept <= part.draft.size());
  Sequence& sequence = *part.sequence;
  if (part.stay != sequence.stay) return;
  sequence.computed += part.count + kept;
  sequence.begun += kept;
  if (part.completes) sequence.suspect = false;
  if (!part.draft.empty()) sequence.drafter->judged(kept);
  pool_.publish(sequence.pages, std::span(sequence.tokens).first(sequence.computed));
}

// The next tokens of a text that is suspected, and nothing beside them. False where there is none,
// or no room for it now.
bool Batcher::plan_alone(std::vector<Part>& parts) {
  const auto take = [&](Sequence& sequence) {
    const std::size_t most = chunk_max(limits_.chunk_alone);
    parts.push_back(part_of(sequence, std::min(most, sequence.pending())));
    return true;
  };
  const auto running = std::ranges::find_if(running_, [](const Sequence* sequence) {
    return sequence->suspect && may_run_on(*sequence);
  });
  if (running != running_.end()) {
    Sequence& sequence = **running;
    return make_room(sequence) && take(sequence);
  }
  const auto waiting = std::ranges::find(waiting_, true, &Sequence::suspect);
  if (waiting == waiting_.end() || running_.size() >= sequences_max()) return false;
  Sequence& sequence = **waiting;
  return join(sequence) && take(sequence);
}

// The last token that a text may have is not run.
bool Batcher::may_run_on(const Sequence& sequence) {
  return sequence.pending() > 0 && sequence.tokens.size() < sequence.tokens_max;
}

void Batcher::plan_tokens(std::vector<Part>& parts) {
  // make_room() takes from the end, which only those behind this one feel.
  for (std::size_t i = 0; i < running_.size(); ++i) {
    Sequence& sequence = *running_[i];
    if (!may_run_on(sequence)) continue;
    // What was put into a text takes room, too; it runs with the prompts.
    if (make_room(sequence) && sequence.pending() == 1) parts.push_back(part_of(sequence, 1));
  }
}

// Room for the pending tokens. False when the sequence itself had to go.
bool Batcher::make_room(Sequence& sequence) {
  while (!pool_.grow(sequence.pages, sequence.tokens.size())) {
    Sequence& last = *running_.back();
    running_.pop_back();
    give_back(last);
    wait_first(last);
    if (&last == &sequence) return false;
  }
  return true;
}

// A draft of k tokens that are kept with a probability p each makes a step longer by k rows and
// saves its text p + p² + … steps: its last token is worth its row where p^k is above what the row
// costs all texts of the step together.
double Batcher::worth(std::size_t texts) const {
  const double cost = limits_.row_cost * static_cast<double>(texts);
  return cost / (1 - limits_.row_cost + cost);
}

// No text has to go for another's draft: all have their room by now.
void Batcher::plan_drafts(std::vector<Part>& parts) {
  const std::size_t rows_max = room_.of(limits_.rows_max, 0);
  std::size_t left = rows_max - std::min(rows_max, parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Sequence& sequence = *parts[i].sequence;
    const std::size_t most = std::min({limits_.draft_max, left / (parts.size() - i),
                                       sequence.tokens_max - sequence.tokens.size() - 1});
    if (!sequence.drafter || most == 0) continue;
    auto draft = sequence.drafter->draft(sequence.tokens, most, worth(parts.size()));
    if (!pool_.grow(sequence.pages, sequence.tokens.size() + draft.size())) continue;
    left -= draft.size();
    parts[i].draft = std::move(draft);
  }
}

bool Batcher::promising(Sequence& sequence, std::size_t known, std::size_t texts) const {
  return sequence.drafter &&
         sequence.drafter->promising(std::span(sequence.tokens).first(known), worth(texts));
}

void Batcher::plan_prompts(std::vector<Part>& parts) {
  const bool interactive = any_prompt(Priority::interactive);
  const bool background = any_prompt(Priority::background);
  if (!interactive && !background) return;
  const Priority first = turns_.next(interactive, background);
  turns_.served(first, background);
  std::size_t left = chunk_max(parts.empty() ? limits_.chunk_alone : limits_.chunk_beside);
  plan_prompts(first, left, parts);
  plan_prompts(first == Priority::interactive ? Priority::background : Priority::interactive, left,
               parts);
}

bool Batcher::any_prompt(Priority priority) const {
  return std::ranges::find(waiting_, priority, &Sequence::priority) != waiting_.end() ||
         std::ranges::any_of(running_, [priority](const Sequence* sequence) {
           return sequence->priority == priority && sequence->pending() > 1;
         });
}

void Batcher::plan_prompts(Priority priority, std::size_t& left, std::vector<Part>& parts) {
  const auto take = [&](Sequence& sequence) {
    const std::size_t count = std::min(left, sequence.pending());
    left -= count;
    parts.push_back(part_of(sequence, count));
  };
  for (Sequence* sequence : running_) {
    if (left > 0 && sequence->priority == priority && sequence->pending() > 1) take(*sequence);
  }
  while (left > 0 && running_.size() < sequences_max()) {
    const auto next = std::ranges::find(waiting_, priority, &Sequence::priority);
    if (next == waiting_.end()) break;
    Sequence& sequence = **next;
    if (!join(sequence)) break;
    take(sequence);
  }
}

bool Batcher::join(Sequence& sequence) {
  assert(sequence.wanted > 0 && sequence.wanted <= sequence.tokens.size());
  const std::span<const TokenId> tokens = sequence.tokens;
  sequence.pages = pool_.begin(sequence.salt, tokens.first(tokens.size() + 1 - sequence.wanted));
  if (!pool_.grow(sequence.pages, sequence.tokens.size())) {
    pool_.release(sequence.pages);
    return false;
  }
  sequence.computed = sequence.pages.known();
  sequence.begun = sequence.computed;
  ++sequence.stay;
  if (!sequence.cached) sequence.cached = sequence.computed;
  std::erase(waiting_, &sequence);
  running_.insert(std::ranges::upper_bound(running_, sequence.priority, {}, &Sequence::priority),
                  &sequence);
  return true;
}

void Batcher::give_back(Sequence& sequence) {
  pool_.release(sequence.pages);
  sequence.computed = 0;
  sequence.begun = 0;
  ++sequence.stay;
}

// Larger chunks gain nothing on two cores (measured: 256 runs at the speed of 512) and let a
// cancelled request work on for longer; a GPU wants thousands. Beside other texts a chunk is what
// those wait for. A GPU reads the weights for 64 rows in little more than the time for one; on a
// processor each row is arithmetic that shows.
Batcher::Limits batch_limits(std::size_t sequences, bool on_gpu) {
  return {.sequences = sequences,
          .chunk_alone = on_gpu ? 4096U : 256U,
          .chunk_beside = on_gpu ? 256U : 64U,
          .draft_max = 15,
          .rows_max = 64,
          .row_cost = on_gpu ? 0.03 : 0.12};
}

}  // namespace seekd::model
