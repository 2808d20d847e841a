#include "fetcher/extract/page_reader.h"

#include "fetcher/extract/json_page.h"
#include "fetcher/extract/pdf.h"
#include "fetcher/extract/plain_text.h"
#include "fetcher/extract/xml_page.h"

namespace seekd::fetcher {

Result<Document> read_page(PageFormat format, std::string_view body, std::string_view content_type,
                           std::string_view url) {
  if (body.size() > document_bytes_max) {
    return fail(ErrorCode::too_large, "the page has " + std::to_string(body.size()) +
                                          " bytes, more than " +
                                          std::to_string(document_bytes_max));
  }
  switch (format) {
    case PageFormat::html:
      return extract_html(body, content_type, url);
    case PageFormat::plain_text:
      return read_plain_text(body, content_type);
    case PageFormat::markdown:
      return read_markdown(body, content_type, url);
    case PageFormat::json:
      return read_json(body, content_type, url);
    case PageFormat::xml:
      return read_xml(body, content_type, url);
    case PageFormat::pdf:
      return read_pdf(body);
  }
  return fail(ErrorCode::internal, "a format without a reader");
}

}  // namespace seekd::fetcher
