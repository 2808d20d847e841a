#include "fetcher/extract/charset.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>
#include <unicode/ustring.h>

namespace seekd::fetcher {
namespace {

constexpr std::size_t meta_scan_bytes = 4096;
constexpr std::size_t detection_bytes = 64 << 10;
constexpr std::string_view utf8_name = "UTF-8";
constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";

// Encoding Standard §4.2, the labels met in practice, and ICU's name for the encoding behind each.
constexpr auto labels = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"utf-8", "UTF-8"},
    {"utf8", "UTF-8"},
    {"unicode-1-1-utf-8", "UTF-8"},
    {"gb2312", "GB18030"},
    {"gbk", "GB18030"},
    {"gb18030", "GB18030"},
    {"gb_2312-80", "GB18030"},
    {"x-gbk", "GB18030"},
    {"chinese", "GB18030"},
    {"cp936", "GB18030"},
    {"big5", "Big5-HKSCS"},
    {"big5-hkscs", "Big5-HKSCS"},
    {"x-x-big5", "Big5-HKSCS"},
    {"cn-big5", "Big5-HKSCS"},
    {"shift_jis", "windows-31j"},
    {"shift-jis", "windows-31j"},
    {"sjis", "windows-31j"},
    {"x-sjis", "windows-31j"},
    {"windows-31j", "windows-31j"},
    {"ms_kanji", "windows-31j"},
    {"euc-jp", "EUC-JP"},
    {"x-euc-jp", "EUC-JP"},
    {"iso-2022-jp", "ISO-2022-JP"},
    {"euc-kr", "windows-949"},
    {"ks_c_5601-1987", "windows-949"},
    {"korean", "windows-949"},
    {"windows-949", "windows-949"},
    {"iso-8859-1", "windows-1252"},
    {"latin1", "windows-1252"},
    {"us-ascii", "windows-1252"},
    {"ascii", "windows-1252"},
    {"iso8859-1", "windows-1252"},
    {"cp1252", "windows-1252"},
    {"x-cp1252", "windows-1252"},
    {"iso-8859-9", "windows-1254"},
    {"latin5", "windows-1254"},
    {"iso-8859-11", "windows-874"},
    {"tis-620", "windows-874"},
    {"windows-874", "windows-874"},
    {"cp1251", "windows-1251"},
    {"x-cp1251", "windows-1251"},
    {"cp1250", "windows-1250"},
    {"koi8-r", "KOI8-R"},
    {"koi8-u", "KOI8-U"},
    {"koi", "KOI8-R"},
    {"ibm866", "ibm-866"},
    {"cp866", "ibm-866"},
    {"macintosh", "macintosh"},
    {"utf-16le", "UTF-16LE"},
    {"utf-16", "UTF-16LE"},
    {"utf-16be", "UTF-16BE"},
});

std::string lower_trimmed(std::string_view text) {
  constexpr std::string_view around = " \t\r\n\f\"'";
  const std::size_t begin = text.find_first_not_of(around);
  if (begin == std::string_view::npos) return {};
  std::string out(text.substr(begin, text.find_last_not_of(around) - begin + 1));
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
  return out;
}

// windows-1250 to -1258 and ISO-8859-2 to -16 are ICU's names already.
bool is_numbered_family(const std::string& label) {
  for (const std::string_view family : {"windows-125", "iso-8859-"}) {
    if (!label.starts_with(family)) continue;
    const std::string_view number = std::string_view(label).substr(family.size());
    return !number.empty() && number.size() <= 2 &&
           number.find_first_not_of("0123456789") == number.npos;
  }
  return false;
}

std::optional<std::string> charset_of_label(std::string_view text) {
  const std::string label = lower_trimmed(text);
  const auto found =
      std::ranges::find(labels, label, &std::pair<std::string_view, std::string_view>::first);
  if (found != labels.end()) return std::string(found->second);
  UErrorCode status = U_ZERO_ERROR;
  const bool known = is_numbered_family(label) && ucnv_countAliases(label.c_str(), &status) > 0;
  return known ? std::optional(label) : std::nullopt;
}

std::optional<std::string> byte_order_mark(std::string_view bytes) {
  if (bytes.starts_with(utf8_mark)) return std::string(utf8_name);
  if (bytes.starts_with("\xFF\xFE")) return "UTF-16LE";
  if (bytes.starts_with("\xFE\xFF")) return "UTF-16BE";
  return std::nullopt;
}

// The value behind "charset" and '=' in `text`, from `at`: a content type, or a <meta> tag.
std::optional<std::string> charset_parameter(std::string_view text) {
  const std::string lower = lower_trimmed(text);
  for (std::size_t at = lower.find("charset"); at != std::string::npos;
       at = lower.find("charset", at + 1)) {
    std::size_t value = lower.find_first_not_of(" \t", at + 7);
    if (value == std::string::npos || lower[value] != '=') continue;
    value = lower.find_first_not_of(" \t\"'", value + 1);
    if (value == std::string::npos) continue;
    const std::size_t end = lower.find_first_of(" \t\r\n\"';,/>", value);
    if (auto charset = charset_of_label(std::string_view(lower).substr(value, end - value)))
      return charset;
  }
  return std::nullopt;
}

// HTML §13.2.3.2, prescan: a <meta> that names UTF-16 stands in bytes that cannot be it.
std::optional<std::string> meta_charset(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, meta_scan_bytes);
  for (std::size_t at = head.find('<'); at != head.npos; at = head.find('<', at + 1)) {
    if (lower_trimmed(head.substr(at, 5)) != "<meta") continue;
    const auto charset = charset_parameter(head.substr(at, head.find('>', at) - at));
    if (charset) return charset->starts_with("UTF-16") ? std::string(utf8_name) : *charset;
  }
  return std::nullopt;
}

bool is_utf8(std::string_view bytes) {
  UErrorCode status = U_ZERO_ERROR;
  int32_t length = 0;
  u_strFromUTF8(nullptr, 0, &length, bytes.data(), static_cast<int32_t>(bytes.size()), &status);
  return status == U_BUFFER_OVERFLOW_ERROR || U_SUCCESS(status);
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

// REQUIRES: bytes are not UTF-8.
std::string guess_by_letters(std::string_view bytes) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UCharsetDetector, decltype(&ucsdet_close)> detector(ucsdet_open(&status),
                                                                            ucsdet_close);
  ucsdet_enableInputFilter(detector.get(), true);  // tags are not letters of the page's language
  const std::string_view part = bytes.substr(0, detection_bytes);
  ucsdet_setText(detector.get(), part.data(), static_cast<int32_t>(part.size()), &status);
  const UCharsetMatch* match = ucsdet_detect(detector.get(), &status);
  if (U_FAILURE(status) || match == nullptr) return "windows-1252";
  const char* name = ucsdet_getName(match, &status);
  return U_SUCCESS(status) ? charset_of_label(name).value_or("windows-1252") : "windows-1252";
}

}  // namespace

std::string detect_charset(std::string_view bytes, std::string_view content_type,
                           DeclaredIn where) {
  if (auto charset = byte_order_mark(bytes)) return *charset;
  if (auto charset = charset_parameter(content_type)) return *charset;
  if (where == DeclaredIn::html) {
    if (auto charset = meta_charset(bytes)) return *charset;
  }
  return is_utf8(bytes) ? std::string(utf8_name) : guess_by_letters(bytes);
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
