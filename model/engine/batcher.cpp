#include "model/engine/batcher.h"

#include <algorithm>
#include <cassert>
#include <span>

namespace seekd::model {

void Batcher::remove(Sequence& sequence) {
  std::erase(running_, &sequence);
  std::erase(waiting_, &sequence);
  pool_.release(sequence.pages);
}

std::vector<Batcher::Part> Batcher::plan() {
  std::vector<Part> parts;
  plan_tokens(parts);
  plan_prompts(parts);
  assert(idle() || !parts.empty());
  return parts;
}

void Batcher::computed(const std::vector<Part>& parts) {
  for (const Part& part : parts) {
    Sequence& sequence = *part.sequence;
    sequence.computed += part.count;
    pool_.publish(sequence.pages, std::span(sequence.tokens).first(sequence.computed));
  }
}

void Batcher::plan_tokens(std::vector<Part>& parts) {
  // make_room() takes from the end, which only those behind this one feel.
  for (std::size_t i = 0; i < running_.size(); ++i) {
    Sequence& sequence = *running_[i];
    if (sequence.pending() != 1) continue;
    if (make_room(sequence)) parts.push_back({&sequence, 1});
  }
}

// Room for the pending tokens, and where it can be had for the one after them: its step may begin
// before it is planned. False when the sequence itself had to go.
bool Batcher::make_room(Sequence& sequence) {
  while (!pool_.grow(sequence.pages, sequence.tokens.size())) {
    Sequence& last = *running_.back();
    running_.pop_back();
    give_back(last);
    waiting_.push_front(&last);
    if (&last == &sequence) return false;
  }
  if (sequence.tokens.size() < sequence.tokens_max) {
    (void)pool_.grow(sequence.pages, sequence.tokens.size() + 1);
  }
  return true;
}

void Batcher::plan_prompts(std::vector<Part>& parts) {
  std::size_t left = parts.empty() ? limits_.chunk_alone : limits_.chunk_beside;
  const auto take = [&](Sequence& sequence) {
    const std::size_t count = std::min(left, sequence.pending());
    left -= count;
    parts.push_back({&sequence, count});
  };
  for (Sequence* sequence : running_) {
    if (left > 0 && sequence->pending() > 1) take(*sequence);
  }
  while (left > 0 && !waiting_.empty() && running_.size() < limits_.sequences) {
    if (!join(*waiting_.front())) break;
    take(*running_.back());
  }
  // A chunk of one token is attended to with the texts that are being written.
  std::ranges::stable_partition(parts, [](const Part& part) { return part.count == 1; });
}

bool Batcher::join(Sequence& sequence) {
  sequence.pages = pool_.begin(sequence.salt, sequence.tokens);
  if (!pool_.grow(sequence.pages, sequence.tokens.size())) {
    pool_.release(sequence.pages);
    return false;
  }
  sequence.computed = sequence.pages.known();
  if (!sequence.cached) sequence.cached = sequence.computed;
  waiting_.pop_front();
  running_.push_back(&sequence);
  return true;
}

void Batcher::give_back(Sequence& sequence) {
  pool_.release(sequence.pages);
  sequence.computed = 0;
}

// Larger chunks gain nothing on two cores (measured: 256 runs at the speed of 512) and let a
// cancelled request work on for longer; a GPU wants thousands. Beside other texts a chunk is what
// those wait for.
Batcher::Limits batch_limits(std::size_t sequences, bool on_gpu) {
  if (on_gpu) return {.sequences = sequences, .chunk_alone = 4096, .chunk_beside = 256};
  return {.sequences = sequences, .chunk_alone = 256, .chunk_beside = 64};
}

}  // namespace seekd::model
