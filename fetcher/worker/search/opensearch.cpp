#include "fetcher/worker/search/opensearch.h"

#include <algorithm>

#include "fetcher/extract/charset.h"
#include "fetcher/extract/xml_events.h"
#include "fetcher/extract/xml_feed.h"
#include "fetcher/worker/message.h"

namespace seekd::fetcher {
namespace {

std::string_view local_name(std::string_view name) {
  return name.substr(name.find(':') + 1);  // npos + 1 is 0
}

class DescriptionReader final : public XmlHandler {
 public:
  bool is_description = false;
  bool has_page = false;  // a template whose results are HTML
  std::string feed;       // the template

  Next open(std::string_view name, std::span<const XmlAttribute> attributes) override {
    if (std::exchange(at_root_, false)) {
      is_description = local_name(name) == "OpenSearchDescription";
      return is_description ? Next::more : Next::stop;
    }
    if (local_name(name) == "Url") read_url(attributes);
    return feed.empty() ? Next::more : Next::stop;
  }
  void text(std::string_view) override {}
  Next close(std::string_view) override { return Next::more; }

 private:
  void read_url(std::span<const XmlAttribute> attributes) {
    const std::string_view rel = attribute(attributes, "rel");
    const std::string_view type = attribute(attributes, "type");
    const std::string_view text = attribute(attributes, "template");
    if (!rel.empty() && rel != "results") return;
    if (type == "text/html") has_page = true;
    const bool is_feed = type == "application/rss+xml" || type == "application/atom+xml";
    if (is_feed && text.contains("{searchTerms}") && text.size() <= location_bytes_max) {
      feed = text;
    }
  }

  bool at_root_ = true;
};

std::string utf8(std::string_view xml, std::string_view content_type) {
  return decode(xml, detect_charset(xml, content_type, DeclaredIn::xml));
}

}  // namespace

Result<std::string> read_search_description(std::string_view xml, std::string_view content_type) {
  DescriptionReader reader;
  const Status read = read_xml_events(utf8(xml, content_type), reader);
  if (!reader.feed.empty()) return std::move(reader.feed);
  if (!reader.is_description) {
    return fail(ErrorCode::invalid_argument,
                read ? "no OpenSearch description stands at search.provider's url"
                     : "the OpenSearch description cannot be read: " + read.error().message);
  }
  return fail(ErrorCode::invalid_argument,
              reader.has_page
                  ? "its OpenSearch description offers results as HTML alone: write its template "
                    "as a provider of the kind custom, with the places of a result"
                  : "its OpenSearch description offers no results as RSS or Atom");
}

Result<SearchContent> read_search_feed(const SearchAnswer& answer, const SearchAsked& asked) {
  const Result<Feed> feed = read_xml_feed(utf8(answer.body, answer.content_type));
  if (!feed) return std::unexpected(feed.error());
  SearchContent content;
  for (const FeedEntry& entry : feed->entries) {
    const std::string& date = entry.published.empty() ? entry.modified : entry.published;
    add_hit({entry.url, entry.title.text, entry.content.text, date}, asked, content);
  }
  return content;
}

}  // namespace seekd::fetcher
