#include "fetcher/extract/metadata.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "fetcher/extract/byline.h"
#include "fetcher/extract/entry_date.h"
#include "fetcher/extract/page_title.h"
#include "fetcher/extract/written_date.h"
#include "policy/page_text_guard.h"

namespace seekd::fetcher {
namespace {

constexpr std::size_t field_bytes_max = 500;

// One line of visible text, cut between two characters.
std::string clean(std::string_view text) {
  std::string line;
  for (const char c : policy::visible_text(text.substr(0, 4 * field_bytes_max))) {
    const bool space = c == ' ' || c == '\n' || c == '\t';
    if (!space) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  if (line.size() > field_bytes_max) {
    std::size_t end = field_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
    line.resize(end);
  }
  if (line.ends_with(' ')) line.pop_back();
  return line;
}

// The text nodes below an element, joined.
std::string inner_text(std::span<const HtmlNode> nodes, std::size_t element) {
  std::string text;
  for (std::size_t i = element + 1; i < nodes[element].end && text.size() < 4 * field_bytes_max;
       ++i) {
    text += nodes[i].text;
  }
  return text;
}

// Candidates for each field as the page is read through, the first of each kind.
struct Found {
  std::string og_title, title;
  std::string meta_author;
  std::string language, meta_language;
  std::string canonical, og_url;
  std::string meta_published, meta_modified, time;
  std::string description, og_description, og_type;
  std::string site_name;
  std::vector<std::string> headings;  // of level 1
  std::vector<Link> feeds;            // as written
  Byline byline;
  JsonLd json_ld;
};

void fill(std::string& field, std::string_view text) {
  if (field.empty()) field = clean(text);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
  return out;
}

struct MetaField {
  std::string_view name;  // of <meta>, in lower case
  std::string Found::* field;
};
constexpr MetaField meta_fields[] = {
    {"og:title", &Found::og_title},
    {"og:site_name", &Found::site_name},
    {"author", &Found::meta_author},
    {"parsely-author", &Found::meta_author},
    {"dc.creator", &Found::meta_author},
    {"article:author", &Found::meta_author},
    {"sailthru.author", &Found::meta_author},
    {"byl", &Found::meta_author},
    {"article:published_time", &Found::meta_published},
    {"article:published", &Found::meta_published},
    {"og:published_time", &Found::meta_published},
    {"datepublished", &Found::meta_published},
    {"date", &Found::meta_published},
    {"dc.date", &Found::meta_published},
    {"dc.date.issued", &Found::meta_published},
    {"pubdate", &Found::meta_published},
    {"parsely-pub-date", &Found::meta_published},
    {"publishdate", &Found::meta_published},
    {"publish-date", &Found::meta_published},
    {"sailthru.date", &Found::meta_published},
    {"citation_publication_date", &Found::meta_published},
    {"article:modified_time", &Found::meta_modified},
    {"article:modified", &Found::meta_modified},
    {"og:updated_time", &Found::meta_modified},
    {"datemodified", &Found::meta_modified},
    {"last-modified", &Found::meta_modified},
    {"content-language", &Found::meta_language},
    {"description", &Found::description},
    {"og:description", &Found::og_description},
    {"og:type", &Found::og_type},
    {"og:url", &Found::og_url},
};

void read_meta(const HtmlNode& node, Found& found) {
  std::string name;
  for (const std::string_view key : {"property", "name", "itemprop", "http-equiv"}) {
    if (name.empty()) name = lower(attribute(node, key));
  }
  const auto* known = std::ranges::find(meta_fields, name, &MetaField::name);
  if (known == std::end(meta_fields)) return;
  const std::string_view content = attribute(node, "content");
  // Some authors are addresses of profiles.
  if (known->field == &Found::meta_author && content.starts_with("http")) return;
  fill(found.*known->field, content);
}

void read_link(const HtmlNode& node, Found& found) {
  const std::string rel = lower(attribute(node, "rel"));
  const std::string type = lower(attribute(node, "type"));
  const std::string_view href = attribute(node, "href");
  if (rel == "canonical") fill(found.canonical, href);
  const bool feed = type == "application/rss+xml" || type == "application/atom+xml" ||
                    type == "application/feed+json";
  if (rel == "alternate" && feed && found.feeds.size() < page_feeds_max) {
    found.feeds.push_back({std::string(href), clean(attribute(node, "title"))});
  }
}

void read_element(std::span<const HtmlNode> nodes, std::size_t i, Found& found) {
  const HtmlNode& node = nodes[i];
  switch (node.tag) {
    case HtmlTag::html:
      fill(found.language, attribute(node, "lang"));
      break;
    case HtmlTag::meta:
      read_meta(node, found);
      break;
    case HtmlTag::title:
      fill(found.title, inner_text(nodes, i));
      break;
    case HtmlTag::h1:
      found.headings.push_back(clean(inner_text(nodes, i)));
      break;
    case HtmlTag::link:
      read_link(node, found);
      break;
    case HtmlTag::time:
      fill(found.time, attribute(node, "datetime"));
      break;
    case HtmlTag::script:
      if (lower(attribute(node, "type")) == "application/ld+json" && i + 1 < node.end) {
        read_json_ld(nodes[i + 1].text, found.json_ld);
      }
      break;
    default:
      break;
  }
}

std::string first_of(std::initializer_list<std::string_view> candidates) {
  for (const std::string_view text : candidates) {
    if (!text.empty()) return std::string(text);
  }
  return {};
}

std::string absolute(const std::string& reference, const std::optional<policy::Url>& base) {
  if (reference.empty()) return {};
  const Result<policy::Url> url =
      base ? policy::resolve_reference(*base, reference) : policy::parse_url(reference);
  return url ? url->text() : std::string{};
}

// A day in one spelling; what begins with a date of ISO 8601, or cannot be read, is as written.
std::string readable(std::string date) {
  if (!entry_date(date).empty() && date.substr(0, 10).contains('-')) return date;
  std::string day = written_day(date);
  return day.empty() ? date : day;
}

std::vector<Link> absolute_feeds(const Found& found, const std::optional<policy::Url>& base) {
  std::vector<Link> feeds;
  for (const Link& feed : found.feeds) {
    std::string url = absolute(feed.url, base);
    if (!url.empty()) feeds.push_back({std::move(url), feed.text});
  }
  return feeds;
}

PageMetadata metadata_of(const Found& found, const std::optional<policy::Url>& base) {
  const JsonLd& ld = found.json_ld;
  return {
      .title = title_of({.title = first_of({found.og_title, found.title, clean(ld.headline)}),
                         .site_name = found.site_name,
                         .headings = found.headings}),
      .author = first_of({found.meta_author, clean(ld.author), found.byline.author}),
      .language = first_of({found.language, found.meta_language}),
      .canonical_url = first_of({absolute(found.canonical, base), absolute(found.og_url, base)}),
      .published = readable(
          first_of({found.meta_published, clean(ld.published), found.time, found.byline.published,
                    base ? day_of_path(base->path()) : std::string{}})),
      .modified =
          readable(first_of({found.meta_modified, clean(ld.modified), found.byline.modified})),
      .feeds = absolute_feeds(found, base),
  };
}

}  // namespace

PageClaims read_claims(const HtmlTree& tree, const std::optional<policy::Url>& base) {
  Found found;
  for (std::uint32_t i = 0; i < tree.nodes().size(); ++i) {
    read_element(tree.nodes(), i, found);
    const bool shown =
        !tree.nodes()[i].hidden && !tree.nodes()[i].is_text() && !found.headings.empty();
    if (shown) read_byline(tree.nodes(), i, found.byline);
  }
  return {.metadata = metadata_of(found, base),
          .description = first_of({found.description, found.og_description}),
          .og_type = lower(found.og_type),
          .json_ld = std::move(found.json_ld)};
}

}  // namespace seekd::fetcher
