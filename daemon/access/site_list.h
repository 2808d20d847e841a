// Lists of sites, each entry as policy::SiteRule::host: what two of them have in common.
//
// Pure; any thread.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::daemon {

// All hosts of `inner` are of `outer`: ".example.org" covers "a.example.org" and ".a.example.org".
bool covers(std::string_view outer, std::string_view inner);

// What both lists name.
std::vector<std::string> common_sites(std::span<const std::string> asked,
                                      std::span<const std::string> allowed);

}  // namespace seekd::daemon
