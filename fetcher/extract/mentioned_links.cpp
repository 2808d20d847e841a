#include "fetcher/extract/mentioned_links.h"

#include <unordered_set>

#include "fetcher/extract/links.h"
#include "policy/url_mentions.h"

namespace seekd::fetcher {

std::vector<Link> mentioned_links(const std::vector<Block>& blocks) {
  std::vector<Link> links;
  std::unordered_set<std::string> seen;
  for (const Block& block : blocks) {
    for (const std::string& mention : policy::url_mentions(block.text)) {
      if (links.size() == links_max) return links;
      const auto url = policy::parse_url(mention);
      if (url && seen.insert(url->text()).second) links.push_back({url->text(), ""});
    }
  }
  return links;
}

}  // namespace seekd::fetcher
