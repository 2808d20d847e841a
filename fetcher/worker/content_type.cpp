#include "fetcher/worker/content_type.h"

#include <algorithm>

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

constexpr std::size_t sniffed_bytes = 1024;

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
  if (type == "text/html" || type == "application/xhtml+xml") return PageFormat::html;
  if (type == "text/plain" || type == "text/markdown") return PageFormat::plain_text;
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
  if (first.find('\0') != std::string_view::npos && !has_wide_byte_order_mark(first)) {
    return "binary data";
  }
  return std::nullopt;
}

}  // namespace seekd::fetcher
