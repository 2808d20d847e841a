#include "fetcher/worker/page_content.h"

#include <new>

#include <fmt/format.h>

#include "fetcher/extract/document.h"
#include "fetcher/wire.h"
#include "fetcher/worker/content_type.h"

namespace seekd::fetcher {
namespace {

using policy::EgressReason;

std::unexpected<TransferFault> refuse(EgressReason reason, std::string message) {
  return std::unexpected(TransferFault{reason, std::move(message)});
}

// Cut between two characters of UTF-8.
void clip(std::string& text) {
  if (text.size() <= field_bytes_max) return;
  std::size_t end = field_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
}

void clip(PageMetadata& metadata) {
  for (std::string* text : {&metadata.title, &metadata.author, &metadata.language,
                            &metadata.published, &metadata.modified}) {
    clip(*text);
  }
  if (metadata.canonical_url.size() > policy::url_bytes_max) metadata.canonical_url.clear();
}

void clip(std::vector<Link>& links) {
  std::erase_if(links, [](const Link& link) { return link.url.size() > policy::url_bytes_max; });
  if (links.size() > links_max) links.resize(links_max);
  for (Link& link : links) clip(link.text);
}

Result<Document> extract(PageFormat format, const Transfer& transfer, const policy::Url& url) {
  const std::string& type = transfer.head.content_type();
  try {
    return format == PageFormat::html ? extract_html(transfer.body, type, url.text())
                                      : extract_plain_text(transfer.body, type);
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::too_large, "the page needs more memory than fetcher.worker_memory_max");
  }
}

}  // namespace

std::expected<FetchedPage, TransferFault> page_of(const Transfer& transfer,
                                                  const policy::Url& url) {
  const auto format = page_format(transfer.head.content_type());
  if (!format) return refuse(EgressReason::content_type_denied, "not a type of page");
  if (const auto foreign = foreign_format(transfer.body)) {
    return refuse(EgressReason::content_mismatch,
                  fmt::format("the content type is '{}', the first bytes are {}",
                              transfer.head.content_type(), *foreign));
  }
  auto document = extract(*format, transfer, url);
  if (!document) return refuse(EgressReason::content_invalid, document.error().message);
  if (document->blocks.size() > blocks_max) {
    return refuse(EgressReason::content_invalid,
                  fmt::format("the page has more than {} blocks of text", blocks_max));
  }
  FetchedPage page;
  page.headers = transfer.head.caching();
  page.metadata = std::move(document->metadata);
  page.blocks = std::move(document->blocks);
  page.links = std::move(document->links);
  page.body_bytes = transfer.body.size();
  clip(page.metadata);
  clip(page.links);
  return page;
}

}  // namespace seekd::fetcher
