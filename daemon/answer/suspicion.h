// Suspicion: what follows where a passage addresses its reader as an assistant
// (policy/injection.h). It ranks behind all others, the caller is told, and no word of what it
// tells an assistant is quoted or cited.
//
// Pure; any thread.

#pragma once

#include <span>
#include <vector>

#include "daemon/answer/answer.h"
#include "daemon/answer/citations.h"
#include "daemon/answer/text_units.h"
#include "policy/passages.h"

namespace seekd::daemon {

// By its text, its title or its headings, all of which a prompt holds.
bool is_suspected(const Passage& passage);

// Suspected ones score less than all others, in the order that they had; a notice names each of
// their pages once.
void lower_suspected(std::vector<Passage>& candidates, std::vector<Notice>& notices);

// Where the passage's text speaks to an assistant, in its own bytes.
std::vector<ByteRange> suspected_ranges(const Passage& passage);

// Does a range of the passage's text touch one of them?
bool touches(std::span<const ByteRange> suspected, ByteRange range);

// Does what supports a sentence speak to an assistant?
bool is_suspected_support(std::span<const Passage> passages, const Support& support);

}  // namespace seekd::daemon
