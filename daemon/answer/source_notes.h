// What a prompt says of its sources beside their text: how old they are today, and where they
// contradict one another.
//
// Pure; any thread. It changes from day to day and so stands behind the pages, which questions of
// other days share.

#pragma once

#include <optional>
#include <span>
#include <string>

#include "daemon/answer/disagreements.h"
#include "daemon/answer/language.h"
#include "policy/passages.h"

namespace seekd::daemon {

struct PromptTime {
  TimePoint now;
  std::optional<TimePoint> as_of;  // the pages are as they were then
};

// "Today is 2026-03-20. [1] is 6 days old. [2] has no date and was read today." Passages are
// numbered from 1; those of one page are told together.
std::string source_ages(std::span<const Passage> passages, Language language,
                        const PromptTime& time);

// "[1] and [3] differ; [3] is newer." "" where none do.
std::string source_differences(std::span<const Disagreement> disagreements, Language language);

// "Today is 2026-03-20." alone.
std::string today(Language language, const PromptTime& time);

}  // namespace seekd::daemon
