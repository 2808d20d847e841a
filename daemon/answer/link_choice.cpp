#include "daemon/answer/link_choice.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>

#include "policy/collection.h"
#include "policy/content_terms.h"
#include "policy/url.h"

namespace seekd::daemon {
namespace {

constexpr double share_min = 0.34;          // of the question's words, that a link's own words hold
constexpr std::size_t looked_at_max = 500;  // of one page: it may have thousands
constexpr std::size_t offered_max = 8;

struct Link {
  double share = 0;
  Lead lead;
};

double share_of(const std::vector<std::string>& terms, std::string_view text) {
  const std::vector<std::string> held = policy::content_terms(text);
  const auto hits = std::ranges::count_if(
      terms, [&](const std::string& term) { return std::ranges::binary_search(held, term); });
  return static_cast<double>(hits) / static_cast<double>(terms.size());
}

class LinkPicker {
 public:
  explicit LinkPicker(std::vector<std::string> terms) : terms_(std::move(terms)) {}

  void read(const cache::StoredPage& page) {
    if (policy::collection_of(page.url) != policy::web_collection) return;
    const bool feed = page.kind != PageKind::page;
    for (std::size_t n = 0; n < std::min(page.entries.size(), looked_at_max); ++n) {
      look_at(page.entries[n].url, page.entries[n].title, policy::Provenance::feed);
    }
    if (feed) return;
    for (std::size_t n = 0; n < std::min(page.links.size(), looked_at_max); ++n) {
      look_at(page.links[n].url, page.links[n].text, policy::Provenance::page_link);
    }
  }

  std::vector<Lead> best() {
    std::ranges::stable_sort(links_, std::ranges::greater{}, &Link::share);
    links_.resize(std::min(links_.size(), offered_max));
    std::vector<Lead> leads;
    leads.reserve(links_.size());
    for (Link& link : links_) leads.push_back(std::move(link.lead));
    return leads;
  }

 private:
  void look_at(const std::string& url, const std::string& text, policy::Provenance provenance) {
    const double share = share_of(terms_, text);
    if (share < share_min) return;
    auto canonical = policy::parse_page_address(url);
    // A stranger's page names pages of the web alone.
    if (!canonical || policy::collection_of(*canonical) != policy::web_collection) return;
    if (!seen_.insert(*canonical).second) return;
    links_.push_back({share, {std::move(*canonical), provenance, text}});
  }

  const std::vector<std::string> terms_;
  std::unordered_set<std::string> seen_;
  std::vector<Link> links_;
};

}  // namespace

std::vector<Lead> choose_links(std::span<const cache::StoredPage* const> pages,
                               std::string_view question) {
  std::vector<std::string> terms = policy::content_terms(question);
  if (terms.empty()) return {};
  LinkPicker reader(std::move(terms));
  for (const cache::StoredPage* page : pages) reader.read(*page);
  return reader.best();
}

}  // namespace seekd::daemon
