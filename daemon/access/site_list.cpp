#include "daemon/access/site_list.h"

#include "policy/site_rule.h"

namespace seekd::daemon {

bool covers(std::string_view outer, std::string_view inner) {
  if (!inner.starts_with('.')) return policy::host_matches(outer, inner);
  return outer.starts_with('.') && policy::host_matches(outer, inner.substr(1));
}

std::vector<std::string> common_sites(std::span<const std::string> asked,
                                      std::span<const std::string> allowed) {
  std::vector<std::string> both;
  for (const std::string& one : asked) {
    for (const std::string& site : allowed) {
      if (covers(site, one)) {
        both.push_back(one);
      } else if (covers(one, site)) {
        both.push_back(site);
      }
    }
  }
  return both;
}

}  // namespace seekd::daemon
