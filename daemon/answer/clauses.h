// What is said of one thing and what of the next: "Kestrel listens on 7311, Osprey on 9402".
//
// Pure; any thread.

#pragma once

#include "daemon/answer/claims.h"

namespace seekd::daemon {

// Whether the numbers and dates of a sentence stand in the page's clauses that speak of what the
// sentence speaks of. False where it takes the value of one clause and the words that only another
// has, which gives a value of its own; a clause without a subject of its own goes on with the one
// before it. REQUIRES: the page has all values of the sentence.
bool keeps_clauses(const Statement& sentence, const Statement& page);

}  // namespace seekd::daemon
