#include "fetcher/extract/sitemap.h"

#include <string>

#include "fetcher/extract/entry_date.h"
#include "fetcher/extract/html_fragment.h"
#include "fetcher/extract/links.h"
#include "fetcher/extract/xml_events.h"

namespace seekd::fetcher {
namespace {

std::string_view local_name(std::string_view name) {
  return name.substr(name.find(':') + 1);  // npos + 1 is 0
}

class SitemapReader final : public XmlHandler {
 public:
  Document take() { return std::move(document_); }

  // Extensions (images, videos, news) have elements of the same names, below.
  Next open(std::string_view name, std::span<const XmlAttribute>) override {
    ++depth_;
    const std::string_view local = local_name(name);
    if (depth_ == 1) {
      document_.kind = local == "urlset" ? PageKind::sitemap : PageKind::sitemap_index;
    } else if (depth_ == 2) {
      location_.clear();
      modified_.clear();
    } else if (depth_ == 3) {
      field_ = local == "loc" ? &location_ : local == "lastmod" ? &modified_ : nullptr;
    }
    return Next::more;
  }

  void text(std::string_view text) override {
    if (depth_ == 3 && field_ != nullptr) *field_ += text;
  }

  Next close(std::string_view) override {
    if (depth_ == 3) field_ = nullptr;
    if (depth_ == 2) end_entry();
    --depth_;
    return Next::more;
  }

 private:
  void end_entry() {
    const auto url = policy::parse_url(one_line(location_));
    if (!url) return;
    ++document_.entries_total;
    if (document_.entries.size() == page_entries_max) return;
    PageEntry entry{url->text(), "", "", entry_date(modified_)};
    if (document_.links.size() < links_max) {
      document_.links.push_back({entry.url, ""});
      std::string line = entry.url + (entry.modified.empty() ? "" : " " + entry.modified);
      document_.blocks.push_back({BlockKind::list_item, 1, std::move(line)});
    }
    document_.entries.push_back(std::move(entry));
  }

  Document document_;
  std::size_t depth_ = 0;
  std::string location_;
  std::string modified_;
  std::string* field_ = nullptr;  // whose text is read
};

}  // namespace

Result<Document> read_sitemap(std::string_view utf8) {
  SitemapReader reader;
  const Status read = read_xml_events(utf8, reader);
  Document document = reader.take();
  if (read) return document;
  const bool usable = read.error().code == ErrorCode::invalid_argument && !document.entries.empty();
  if (!usable) return std::unexpected(read.error());
  return document;
}

}  // namespace seekd::fetcher
