// Which links of pages that were read are worth reading for a question: those whose words are its
// own.
//
// Pure; any thread.

#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "cache/page_cache.h"
#include "daemon/answer/lead.h"

namespace seekd::daemon {

// The best first, each once: links, and the entries of feeds. Nothing where the question has no
// content words.
std::vector<Lead> choose_links(std::span<const cache::StoredPage* const> pages,
                               std::string_view question);

}  // namespace seekd::daemon
