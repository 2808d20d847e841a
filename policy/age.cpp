#include "policy/age.h"

#include "policy/collection.h"

namespace seekd::policy {

Age judge_age(const Confirmation& source, std::optional<std::chrono::seconds> max_age,
              TimePoint now) {
  constexpr std::chrono::seconds none{0};
  constexpr std::chrono::minutes ahead_max{1};  // clocks are put right by seconds all the time
  if (source.retrieved_at > now + ahead_max) return Age::too_old;
  const bool stale = now >= source.fresh_until;
  if (stale && source.stale_forbidden) return Age::too_old;
  // None is young enough for 0, not even one of a clock that was ahead.
  const bool young = max_age ? *max_age > none && now - source.retrieved_at < *max_age : !stale;
  return young ? Age::young_enough : Age::too_old;
}

Age judge_age(const Passage& passage, std::optional<std::chrono::seconds> max_age, TimePoint now) {
  if (collection_of(passage.url) != web_collection) return Age::young_enough;
  return judge_age(Confirmation{passage.retrieved_at, passage.fresh_until, passage.stale_forbidden},
                   max_age, now);
}

}  // namespace seekd::policy
