#include "fetcher/extract/xml_page.h"

#include <string>

#include "fetcher/extract/charset.h"
#include "fetcher/extract/sitemap.h"
#include "fetcher/extract/xml_events.h"
#include "fetcher/extract/xml_feed.h"

namespace seekd::fetcher {
namespace {

class RootReader final : public XmlHandler {
 public:
  std::string root;

  Next open(std::string_view name, std::span<const XmlAttribute>) override {
    root = name.substr(name.find(':') + 1);
    return Next::stop;
  }
  void text(std::string_view) override {}
  Next close(std::string_view) override { return Next::more; }
};

}  // namespace

Result<Document> read_xml(std::string_view xml, std::string_view content_type,
                          std::string_view url) {
  const std::string text = decode(xml, detect_charset(xml, content_type, DeclaredIn::xml));
  RootReader reader;
  if (const Status read = read_xml_events(text, reader); !read) {
    return std::unexpected(read.error());
  }
  const std::string& root = reader.root;
  if (root == "rss" || root == "RDF" || root == "feed") {
    const Result<Feed> feed = read_xml_feed(text);
    if (!feed) return std::unexpected(feed.error());
    return feed_document(*feed, url);
  }
  if (root == "urlset" || root == "sitemapindex") return read_sitemap(text);
  if (root == "html") return extract_html(text, "text/html; charset=utf-8", url);
  return fail(ErrorCode::invalid_argument,
              "XML: neither a feed nor a sitemap, but '" + root.substr(0, 64) + "'");
}

}  // namespace seekd::fetcher
