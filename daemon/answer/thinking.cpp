#include "daemon/answer/thinking.h"

namespace seekd::daemon {

std::size_t ThinkingTerms::tokens_of(Effort named) const {
  switch (named) {
    case Effort::none:
      return 0;
    case Effort::low:
      return tokens_low;
    case Effort::medium:
      return tokens_medium;
    case Effort::high:
      break;
  }
  return tokens_high;
}

model::Thinking thinking_for(const ThinkingTerms& terms, Basis basis) {
  using Mode = model::Thinking::Mode;
  const Effort effort = terms.effort.value_or(basis == Basis::pages ? Effort::low : Effort::medium);
  const std::size_t tokens = terms.tokens_of(effort);
  if (tokens == 0) return {.mode = Mode::none, .tokens_max = 0};
  return {.mode = terms.effort ? Mode::wanted : Mode::as_trained, .tokens_max = tokens};
}

}  // namespace seekd::daemon
