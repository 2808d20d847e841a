// What a page is called, without what its site is called.
//
// Pure; any thread.
#pragma once

#include <span>
#include <string>

namespace seekd::fetcher {

struct TitleClaims {
  std::string title;                      // of previews and tabs, the best that the page gives
  std::string site_name;                  // "" where the page gives none
  std::span<const std::string> headings;  // of level 1, some may be empty
};

// The one heading that the page has, where it is more than a label; else the title without the site
// ("Title | Site", "Site - Title"); else the first heading.
std::string title_of(const TitleClaims& claims);

}  // namespace seekd::fetcher
