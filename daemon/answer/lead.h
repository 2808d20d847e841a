// Lead: a page that may be read for a question, and who says so.
//
// Plain data.

#pragma once

#include <string>

#include "policy/egress.h"

namespace seekd::daemon {

struct Lead {
  std::string url;  // canonical, or as written: the door says what is wrong with it
  policy::Provenance provenance = policy::Provenance::user;
  std::string title = {};  // as who names the page calls it
};

}  // namespace seekd::daemon
