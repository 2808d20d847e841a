#include "fetcher/extract/document.h"

#include <optional>
#include <string>

#include "fetcher/extract/charset.h"
#include "fetcher/extract/html_tree.h"
#include "fetcher/extract/links.h"
#include "fetcher/extract/main_content.h"
#include "fetcher/extract/metadata.h"

namespace seekd::fetcher {
namespace {

Result<std::string> decoded(std::string_view bytes, std::string_view content_type,
                            DeclaredIn where) {
  if (bytes.size() > document_bytes_max) {
    return fail(ErrorCode::too_large, "the page has " + std::to_string(bytes.size()) +
                                          " bytes, more than " +
                                          std::to_string(document_bytes_max));
  }
  return decode(bytes, detect_charset(bytes, content_type, where));
}

}  // namespace

Result<Document> extract_html(std::string_view html, std::string_view content_type,
                              std::string_view url) {
  Result<std::string> text = decoded(html, content_type, DeclaredIn::html);
  if (!text) return std::unexpected(text.error());
  std::optional<policy::Url> page;
  if (!url.empty()) {
    Result<policy::Url> parsed = policy::parse_url(url);
    if (!parsed) return std::unexpected(parsed.error());
    page = *std::move(parsed);
  }
  const Result<HtmlTree> tree = HtmlTree::parse(*std::move(text));
  if (!tree) return std::unexpected(tree.error());
  const std::optional<policy::Url> base = base_url(*tree, page);
  PageClaims claims = read_claims(*tree, base);
  Document document;
  document.blocks = extract_main_content(*tree, claims, page);
  document.metadata = std::move(claims.metadata);
  document.links = extract_links(*tree, base);
  return document;
}

}  // namespace seekd::fetcher
