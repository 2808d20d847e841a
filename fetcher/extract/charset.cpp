#include "fetcher/extract/charset.h"

#include <algorithm>
#include <memory>
#include <optional>

#include <unicode/ucnv.h>
#include <unicode/ustring.h>

#include "fetcher/extract/charset_guess.h"
#include "fetcher/extract/charset_labels.h"

namespace seekd::fetcher {
namespace {

constexpr std::string_view utf8_name = "UTF-8";
constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";

std::optional<std::string> byte_order_mark(std::string_view bytes) {
  if (bytes.starts_with(utf8_mark)) return std::string(utf8_name);
  if (bytes.starts_with("\xFF\xFE")) return "UTF-16LE";
  if (bytes.starts_with("\xFE\xFF")) return "UTF-16BE";
  return std::nullopt;
}

// No encoding of the web makes more UTF-16 units than it has bytes.
std::u16string to_utf16(std::string_view bytes, const std::string& charset) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, decltype(&ucnv_close)> converter(
      ucnv_open(charset.c_str(), &status), ucnv_close);
  std::u16string text(bytes.size(), u'\0');
  status = U_ZERO_ERROR;
  const int32_t length =
      ucnv_toUChars(converter.get(), text.data(), static_cast<int32_t>(text.size()), bytes.data(),
                    static_cast<int32_t>(bytes.size()), &status);
  text.resize(std::min<std::size_t>(text.size(), static_cast<std::size_t>(std::max(length, 0))));
  return text;
}

std::string to_utf8(std::u16string_view text) {
  std::string out(3 * text.size(), '\0');
  int32_t length = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strToUTF8WithSub(out.data(), static_cast<int32_t>(out.size()), &length, text.data(),
                     static_cast<int32_t>(text.size()), 0xFFFD, nullptr, &status);
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::optional<std::string> declared_charset(std::string_view bytes, std::string_view content_type,
                                            DeclaredIn where) {
  if (auto charset = charset_parameter(content_type)) return charset;
  switch (where) {
    case DeclaredIn::html:
      return meta_charset(bytes);
    case DeclaredIn::xml:
      return xml_charset(bytes);
    case DeclaredIn::headers:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::string detect_charset(std::string_view bytes, std::string_view content_type,
                           DeclaredIn where) {
  if (auto charset = byte_order_mark(bytes)) return *charset;
  if (auto charset = unmarked_utf16(bytes)) return *charset;
  if (const auto charset = declared_charset(bytes, content_type, where)) {
    return corrected_charset(bytes, *charset);
  }
  // ISO-2022-JP is ASCII to the eye, with the escapes that no UTF-8 text has.
  const bool plain = is_utf8(bytes) && bytes.find("\x1B$") == bytes.npos;
  return plain ? std::string(utf8_name) : guess_charset(bytes);
}

std::string decode(std::string_view bytes, const std::string& charset) {
  if (charset == utf8_name && is_utf8(bytes)) {
    return std::string(bytes.substr(bytes.starts_with(utf8_mark) ? utf8_mark.size() : 0));
  }
  const std::u16string text = to_utf16(bytes, charset);
  const bool marked = !text.empty() && text.front() == u'\uFEFF';
  return to_utf8(std::u16string_view(text).substr(marked ? 1 : 0));
}

}  // namespace seekd::fetcher
