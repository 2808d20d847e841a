#include "fetcher/worker/search/hit.h"

#include <algorithm>

#include "fetcher/extract/entry_date.h"
#include "fetcher/extract/html_fragment.h"
#include "policy/utf8.h"

namespace seekd::fetcher {
namespace {

// Of what is read of one text: markup may take far more room than what it shows.
constexpr std::size_t written_bytes_max = 64 * 1024;

}  // namespace

std::string plain_line(std::string_view text, std::size_t bytes_max) {
  text = policy::first_bytes(text, written_bytes_max);
  const bool marked = text.contains("</") || text.contains("<br") || text.contains('&');
  const std::string line = marked ? fragment_line(text) : one_line(text);
  return std::string(policy::first_bytes(line, bytes_max));
}

void add_hit(const WrittenHit& hit, const SearchAsked& asked, SearchContent& content) {
  if (content.hits.size() >= std::min(asked.results_max, policy::search_results_max)) return;
  if (hit.url.empty() || hit.url.size() > policy::url_bytes_max) return;
  const auto url = policy::resolve_reference(asked.url, hit.url);
  if (!url) return;
  const std::string text = url->text();
  if (std::ranges::find(content.hits, text, &SearchHit::url) != content.hits.end()) return;
  content.hits.push_back({text, plain_line(hit.title, search_title_bytes_max),
                          plain_line(hit.snippet, search_snippet_bytes_max),
                          entry_date(hit.published.substr(0, search_date_bytes_max * 4))});
  if (content.hits.back().published.size() > search_date_bytes_max) {
    content.hits.back().published.clear();
  }
}

SearchContent failed_search(SearchFailure failure, std::string_view message) {
  SearchContent content;
  content.failure = failure;
  content.message = plain_line(message, message_bytes_max);
  return content;
}

}  // namespace seekd::fetcher
