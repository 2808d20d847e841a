#include "fetcher/worker/page_content.h"

#include <new>

#include <fmt/format.h>

#include "fetcher/extract/gzip.h"
#include "fetcher/extract/page_reader.h"
#include "fetcher/wire.h"

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

void clip(std::vector<Link>& links) {
  std::erase_if(links, [](const Link& link) { return link.url.size() > policy::url_bytes_max; });
  if (links.size() > links_max) links.resize(links_max);
  for (Link& link : links) clip(link.text);
}

void clip(PageMetadata& metadata) {
  for (std::string* text : {&metadata.title, &metadata.author, &metadata.language,
                            &metadata.published, &metadata.modified}) {
    clip(*text);
  }
  if (metadata.canonical_url.size() > policy::url_bytes_max) metadata.canonical_url.clear();
  clip(metadata.feeds);
}

void clip(std::vector<PageEntry>& entries) {
  std::erase_if(entries, [](const PageEntry& e) { return e.url.size() > policy::url_bytes_max; });
  for (PageEntry& entry : entries) clip(entry.title);
}

Result<Document> read(PageFormat format, std::string_view body, const std::string& type,
                      const policy::Url& url) {
  try {
    return read_page(format, body, type, url.text());
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::too_large, "the page needs more memory than fetcher.worker_memory_max");
  }
}

// Decompresses a body that is a gzip file, not one whose transfer was coded so.
std::expected<std::string, TransferFault> unpacked(const std::string& body,
                                                   const config::FetcherConfig& config) {
  auto unpacked = gunzip(body, {config.decoded_bytes_max, config.ratio_max});
  if (unpacked) return *std::move(unpacked);
  const bool too_large = unpacked.error().code == ErrorCode::too_large;
  return refuse(too_large ? EgressReason::body_too_large : EgressReason::content_invalid,
                unpacked.error().message);
}

std::expected<Document, TransferFault> document_of(PageFormat format, std::string_view body,
                                                   const std::string& type,
                                                   const policy::Url& url) {
  if (const auto foreign = contradiction(format, body, type)) {
    return refuse(EgressReason::content_mismatch,
                  fmt::format("the content type is '{}', the first bytes are {}", type, *foreign));
  }
  auto document = read(settled_format(format, body), body, type, url);
  if (!document) return refuse(EgressReason::content_invalid, document.error().message);
  if (document->blocks.size() > blocks_max) {
    return refuse(EgressReason::content_invalid,
                  fmt::format("the page has more than {} blocks of text", blocks_max));
  }
  return *std::move(document);
}

}  // namespace

std::expected<FetchedPage, TransferFault> page_of(const Transfer& transfer, const policy::Url& url,
                                                  const config::FetcherConfig& config) {
  const std::string& type = transfer.head.content_type();
  const auto format = page_format(type);
  if (!format) return refuse(EgressReason::content_type_denied, "not a type of page");
  std::expected<std::string, TransferFault> xml;
  const bool packed = *format == PageFormat::xml && is_gzip(transfer.body);
  if (packed) xml = unpacked(transfer.body, config);
  if (!xml) return std::unexpected(xml.error());
  const std::string& body = packed ? *xml : transfer.body;
  auto document = document_of(*format, body, type, url);
  if (!document) return std::unexpected(document.error());

  FetchedPage page;
  page.headers = transfer.head.caching();
  page.metadata = std::move(document->metadata);
  page.blocks = std::move(document->blocks);
  page.links = std::move(document->links);
  page.kind = document->kind;
  page.entries = std::move(document->entries);
  page.entries_total = document->entries_total;
  page.body_bytes = body.size();
  clip(page.metadata);
  clip(page.links);
  clip(page.entries);
  return page;
}

}  // namespace seekd::fetcher
