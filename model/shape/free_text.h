// Text that is free up to a mark, as a part of a grammar.
//
// One thread; what is too large is told by the builder.

#pragma once

#include <optional>
#include <string_view>

#include "model/shape/grammar.h"

namespace seekd::model {

// Any bytes up to the first `mark`, and on to `behind` where the mark is whole; nullopt: it never
// is. The text may end at every place before. `first` is not an end and has no edges yet. Marks
// that are tokens (call_words.h) are written in no other place. REQUIRES: mark is not empty.
void add_free_until(GrammarBuilder& builder, StateId first, std::string_view mark,
                    std::optional<StateId> behind);

}  // namespace seekd::model
