// A selector of elements on a page, as an operator writes it to say where a search's results stand:
// a small part of CSS ("li.hit", "div#main a.title"), and behind '@' the attribute that is meant in
// place of the element's text ("a.title@href").
//
// Pure; any thread.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace seekd::policy {

struct Selector {
  struct Compound {
    std::string tag;  // in lower case, "" for any
    std::string id;
    std::vector<std::string> classes;

    bool operator==(const Compound&) const = default;
  };
  std::vector<Compound> compounds;  // each within the one before it; never empty
  std::string attribute;            // "" for the text

  bool operator==(const Selector&) const = default;
};

// Errors: invalid_argument (what stands where).
Result<Selector> parse_selector(std::string_view text);

}  // namespace seekd::policy
