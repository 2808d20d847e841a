// Does a question take something for granted that is not so? "Who is the current king of Germany?",
// "How many days are left until the 2012 Olympics?"
//
// Pure; `now` is an argument; any thread. A suspicion, not a finding: rules that know a few states,
// offices and calendars, and how one speaks of what has ended. English.

#pragma once

#include <optional>
#include <span>
#include <string>

#include "policy/page.h"
#include "policy/spoken_time.h"
#include "policy/words.h"

namespace seekd::policy {

struct PremiseSuspicion {
  double score = 0.0;  // 0 none, 1 surely
  std::string reason;  // of the strongest rule; "" for none
};

PremiseSuspicion suspect_premise(std::span<const Word> words, const std::optional<SpokenTime>& time,
                                 TimePoint now);

}  // namespace seekd::policy
