// Whether a page that came in an answer's place wants to see a person.
//
// Pure; any thread.
#pragma once

#include <string_view>

namespace seekd::fetcher {

// By the words and the scripts of those that providers put before themselves. Looks at the
// beginning of the page alone.
bool asks_for_person(std::string_view html);

// HTML, or what a server sends in its place, and no JSON.
bool looks_like_page(std::string_view body);

}  // namespace seekd::fetcher
