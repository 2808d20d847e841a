// What speaks for an answer that changes and what against it, by the rules of
// policy/question_rules.h.
//
// Pure; any thread. Linear in the text.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/page.h"
#include "policy/question.h"
#include "policy/words.h"

namespace seekd::policy {

struct Evidence {
  double weight;  // log-odds that the answer changes
  ChangeClass change_class;
  std::string reason;
};

// Strongest first. `words` are those of `text`.
std::vector<Evidence> evidence_of(std::string_view text, std::span<const Word> words,
                                  TimePoint now);

struct EvidenceSum {
  double log_odds;      // that the answer changes
  ChangeClass fastest;  // of what speaks for it; slow_changing where nothing does

  bool changes() const { return log_odds > 0; }
  bool is_fast() const { return changes() && fastest != ChangeClass::slow_changing; }
};

EvidenceSum sum_of(std::span<const Evidence> evidence);

}  // namespace seekd::policy
