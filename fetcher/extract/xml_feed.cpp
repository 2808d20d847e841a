#include "fetcher/extract/xml_feed.h"

#include <algorithm>
#include <string>

#include "fetcher/extract/xml_events.h"

namespace seekd::fetcher {
namespace {

using As = FeedText::As;

std::string_view local_name(std::string_view name) {
  return name.substr(name.find(':') + 1);  // npos + 1 is 0
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') out += "&lt;";
    if (c == '&') out += "&amp;";
    if (c == '"') out += "&quot;";
    if (c != '<' && c != '&' && c != '"') out += c;
  }
  return out;
}

// Elements whose text is read, of an entry or of the feed itself, by any of the dialects.
constexpr std::string_view text_fields[] = {
    "title",     "description",   "subtitle", "tagline",     "summary",        "content", "pubDate",
    "published", "issued",        "dc:date",  "updated",     "modified",       "guid",    "id",
    "link",      "lastBuildDate", "language", "dc:language", "content:encoded"};

class FeedReader final : public XmlHandler {
 public:
  Feed take() { return std::move(feed_); }

  Next open(std::string_view name, std::span<const XmlAttribute> attributes) override {
    ++depth_;
    if (captured_at_ != 0) {
      copy_tag(name, attributes);
    } else if (depth_ == 1) {
      begin_feed(name, attributes);
    } else if (const auto local = unprefixed(name); local == "item" || local == "entry") {
      entry_ = FeedEntry();
      entry_at_ = depth_;
    } else if (local == "channel") {
      channel_at_ = depth_;
    } else if (depth_ == parent() + 1) {
      open_field(local, attributes);
    }
    return Next::more;
  }

  void text(std::string_view text) override {
    if (captured_at_ == 0) return;
    captured_ += is_xhtml_ ? escaped(text) : std::string(text);
  }

  Next close(std::string_view name) override {
    if (captured_at_ == depth_) {
      captured_at_ = 0;
      close_field(unprefixed(name));
    } else if (captured_at_ != 0) {
      captured_.append("</").append(local_name(name)).append(">");
    } else if (entry_at_ == depth_) {
      entry_at_ = 0;
      ++feed_.entries_total;
      if (feed_.entries.size() < page_entries_max) feed_.entries.push_back(std::move(entry_));
    } else if (channel_at_ == depth_) {
      channel_at_ = 0;
    }
    --depth_;
    return Next::more;
  }

 private:
  void begin_feed(std::string_view name, std::span<const XmlAttribute> attributes) {
    prefix_ = name.substr(0, name.size() - local_name(name).size());
    if (local_name(name) == "RDF") prefix_.clear();  // of the frame alone
    is_atom_ = local_name(name) == "feed";
    feed_.language = attribute(attributes, "xml:lang");
    feed_.base = attribute(attributes, "xml:base");
  }

  std::string_view unprefixed(std::string_view name) const {
    return name.substr(!prefix_.empty() && name.starts_with(prefix_) ? prefix_.size() : 0);
  }

  // The depth of the element whose fields are read now: an entry, a channel, or the root.
  std::size_t parent() const {
    if (entry_at_ != 0) return entry_at_;
    return channel_at_ != 0 ? channel_at_ : 1;
  }

  void open_field(std::string_view name, std::span<const XmlAttribute> attributes) {
    if (name == "link" && !attribute(attributes, "href").empty()) return set_atom_link(attributes);
    if (std::ranges::find(text_fields, name) == std::end(text_fields)) return;
    type_ = attribute(attributes, "type");
    is_xhtml_ = type_ == "xhtml";
    is_permalink_ = attribute(attributes, "isPermaLink") != "false";
    captured_.clear();
    captured_at_ = depth_;
  }

  // RFC 4287 §4.2.7: without a rel it is the alternate.
  void set_atom_link(std::span<const XmlAttribute> attributes) {
    const std::string_view rel = attribute(attributes, "rel");
    if (!rel.empty() && rel != "alternate") return;
    std::string& url = entry_at_ != 0 ? entry_.url : feed_.site;
    if (url.empty()) url = attribute(attributes, "href");
  }

  // What stands as elements in a text is its HTML, with the attributes that may hide it.
  void copy_tag(std::string_view name, std::span<const XmlAttribute> attributes) {
    captured_.append("<").append(local_name(name));
    for (const XmlAttribute& attribute : attributes) {
      captured_.append(" ").append(attribute.name).append("=\"");
      captured_.append(escaped(attribute.value)).append("\"");
    }
    captured_ += '>';
  }

  // RFC 4287 §3.1.1: text where no type is given; RSS knows no types, and means HTML.
  As read_as(std::string_view name) const {
    const bool atom_text = name == "title" || name == "subtitle" || name == "tagline" ||
                           name == "summary" || name == "content";
    if (type_.empty()) return atom_text && is_atom_ ? As::text : As::html;
    return type_ == "text" || type_ == "text/plain" ? As::text : As::html;
  }

  void close_field(std::string_view name) {
    const FeedText text{std::move(captured_), read_as(name)};
    captured_.clear();
    if (entry_at_ != 0) {
      close_entry_field(name, text);
    } else {
      close_feed_field(name, text);
    }
  }

  void close_entry_field(std::string_view name, const FeedText& text) {
    if (name == "title") entry_.title = text;
    if (name == "content" || name == "content:encoded") entry_.content = text;
    if ((name == "summary" || name == "description") && entry_.content.text.empty()) {
      entry_.content = text;
    }
    if (name == "link") entry_.url = text.text;
    if (name == "guid" && entry_.url.empty() && is_permalink_) entry_.url = text.text;
    if (name == "pubDate" || name == "published" || name == "issued" || name == "dc:date") {
      entry_.published = text.text;
    }
    if (name == "updated" || name == "modified") entry_.modified = text.text;
  }

  void close_feed_field(std::string_view name, const FeedText& text) {
    if (name == "title") feed_.title = text;
    if (name == "description" || name == "subtitle" || name == "tagline") {
      feed_.description = text;
    }
    if (name == "link") feed_.site = text.text;
    if (name == "language" || name == "dc:language") feed_.language = text.text;
    const bool changed = name == "lastBuildDate" || name == "updated" || name == "modified";
    if (changed || ((name == "pubDate" || name == "dc:date") && feed_.modified.empty())) {
      feed_.modified = text.text;
    }
  }

  Feed feed_;
  FeedEntry entry_;
  std::string prefix_;  // of the root's name, "" for most
  std::size_t depth_ = 0;
  std::size_t channel_at_ = 0;  // depths; 0: not within one
  std::size_t entry_at_ = 0;
  std::size_t captured_at_ = 0;  // of the element whose text is read
  std::string captured_;
  std::string type_;  // its attributes
  bool is_xhtml_ = false;
  bool is_permalink_ = true;
  bool is_atom_ = false;
};

}  // namespace

Result<Feed> read_xml_feed(std::string_view utf8) {
  FeedReader reader;
  const Status read = read_xml_events(utf8, reader);
  Feed feed = reader.take();
  if (read) return feed;
  const bool usable = read.error().code == ErrorCode::invalid_argument && !feed.entries.empty();
  if (!usable) return std::unexpected(read.error());
  return feed;
}

}  // namespace seekd::fetcher
