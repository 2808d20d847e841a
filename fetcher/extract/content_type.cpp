#include "fetcher/extract/content_type.h"

#include <algorithm>

#include "fetcher/extract/charset_guess.h"
#include "fetcher/extract/charset_labels.h"

namespace seekd::fetcher {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::string_view bytes;
  std::string_view name;
};
constexpr Signature signatures[] = {
    {"%PDF-"sv, "PDF"},
    {"%!PS"sv, "PostScript"},
    {"PK\x03\x04"sv, "ZIP"},
    {"\x7f"
     "ELF"sv,
     "ELF program"},
    {"\x89PNG"sv, "PNG"},
    {"\xff\xd8\xff"sv, "JPEG"},
    {"GIF8"sv, "GIF"},
    {"RIFF"sv, "RIFF"},
    {"\x1f\x8b"sv, "gzip"},
    {"BZh"sv, "bzip2"},
    {"\xfd"
     "7zXZ"sv,
     "xz"},
    {"7z\xbc\xaf"sv, "7-Zip"},
    {"Rar!"sv, "RAR"},
    {"\x28\xb5\x2f\xfd"sv, "zstd"},
    {"OggS"sv, "Ogg"},
    {"ID3"sv, "MP3"},
    {"\xca\xfe\xba\xbe"sv, "Java class"},
    {"\xd0\xcf\x11\xe0"sv, "OLE document"},
    {"{\\rtf"sv, "RTF"},
    {"wOFF"sv, "font"},
    {"wOF2"sv, "font"},
    {"SQLite format 3"sv, "SQLite"},
};

struct NamedFormat {
  std::string_view type;
  PageFormat format;
};
constexpr NamedFormat formats[] = {
    {"text/html", PageFormat::html},           {"application/xhtml+xml", PageFormat::html},
    {"text/plain", PageFormat::plain_text},    {"text/markdown", PageFormat::markdown},
    {"text/x-markdown", PageFormat::markdown}, {"application/json", PageFormat::json},
    {"text/json", PageFormat::json},           {"application/rss+xml", PageFormat::xml},
    {"application/atom+xml", PageFormat::xml}, {"application/rdf+xml", PageFormat::xml},
    {"application/xml", PageFormat::xml},      {"text/xml", PageFormat::xml},
    {"application/gzip", PageFormat::xml},  // sitemap.xml.gz
    {"application/x-gzip", PageFormat::xml},   {"application/pdf", PageFormat::pdf},
};

constexpr std::size_t sniffed_bytes = 1024;

constexpr std::string_view list_roots[] = {"rss",       "feed",   "rdf:RDF",
                                           "atom:feed", "urlset", "sitemapindex"};

// `text` behind white space, a byte-order mark, comments, instructions and a DOCTYPE.
std::string_view first_element(std::string_view text) {
  for (;;) {
    const std::size_t begin = text.find_first_not_of("\xEF\xBB\xBF \t\r\n");
    if (begin == std::string_view::npos) return {};
    text.remove_prefix(begin);
    const std::string_view end = text.starts_with("<!--") ? "-->"sv : ">"sv;
    if (!text.starts_with("<?") && !text.starts_with("<!")) return text;
    const std::size_t behind = text.find(end);
    if (behind == std::string_view::npos) return {};
    text.remove_prefix(behind + end.size());
  }
}

bool begins_list(std::string_view body) {
  std::string_view element = first_element(body.substr(0, sniffed_bytes));
  if (!element.starts_with('<')) return false;
  element.remove_prefix(1);
  element = element.substr(0, element.find_first_of(" \t\r\n/>"));
  return std::ranges::find(list_roots, element) != std::end(list_roots);
}

constexpr std::string_view binary_data = "binary data";

// UTF-16 and UTF-32 have zero bytes in plain text.
bool has_wide_byte_order_mark(std::string_view body) {
  return body.starts_with("\xfe\xff"sv) || body.starts_with("\xff\xfe"sv) ||
         body.starts_with("\0\0\xfe\xff"sv);
}

}  // namespace

std::string media_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
  std::ranges::transform(type, type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return type;
}

std::optional<PageFormat> page_format(std::string_view content_type) {
  const std::string type = media_type(content_type);
  const auto named = std::ranges::find(formats, type, &NamedFormat::type);
  if (named != std::end(formats)) return named->format;
  if (type.starts_with("application/") && type.ends_with("+json")) return PageFormat::json;
  return std::nullopt;
}

std::optional<std::string_view> foreign_format(std::string_view body) {
  for (const Signature& signature : signatures) {
    if (body.starts_with(signature.bytes)) return signature.name;
  }
  // "MZ" alone begins words too; a program has its header's zeroes.
  if (body.starts_with("MZ") && body.substr(0, 64).find('\0') != std::string_view::npos) {
    return "Windows program";
  }
  const std::string_view first = body.substr(0, sniffed_bytes);
  const bool wide = has_wide_byte_order_mark(first) || unmarked_utf16(first);
  if (first.find('\0') != std::string_view::npos && !wide) return binary_data;
  return std::nullopt;
}

bool is_gzip(std::string_view body) {
  return body.starts_with("\x1f\x8b");
}

std::optional<std::string_view> contradiction(PageFormat format, std::string_view body,
                                              std::string_view content_type) {
  if (format != PageFormat::pdf) {
    const auto foreign = foreign_format(body);
    const auto charset = charset_parameter(content_type);
    const bool wide = foreign == binary_data && charset && charset->starts_with("UTF-16");
    return wide ? std::nullopt : foreign;
  }
  // ISO 32000-1 Annex H, 3.4.1: readers accept the mark anywhere within the first 1024 bytes.
  const bool marked = body.substr(0, sniffed_bytes).find("%PDF-") != std::string_view::npos;
  return marked ? std::nullopt : std::optional("no PDF"sv);
}

PageFormat settled_format(PageFormat format, std::string_view body) {
  const bool may_be_list = format == PageFormat::html || format == PageFormat::plain_text;
  return may_be_list && begins_list(body) ? PageFormat::xml : format;
}

PageFormat guessed_format(std::string_view body) {
  if (body.starts_with("%PDF-")) return PageFormat::pdf;
  const std::string_view element = first_element(body.substr(0, sniffed_bytes));
  if (is_gzip(body) || begins_list(body)) return PageFormat::xml;
  if (element.starts_with('{') || element.starts_with('[')) return PageFormat::json;
  return PageFormat::html;
}

}  // namespace seekd::fetcher
