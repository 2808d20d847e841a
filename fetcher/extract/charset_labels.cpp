#include "fetcher/extract/charset_labels.h"

#include <algorithm>

#include "policy/trimmed.h"

namespace seekd::fetcher {
namespace {

constexpr std::size_t meta_scan_bytes = 4096;

struct Encoding {
  std::string_view name;    // ICU's
  std::string_view labels;  // parted by blanks
};

// The Encoding Standard's labels, and cp936, which Chinese pages write beside them.
constexpr Encoding encodings[] = {
    {"UTF-8", "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8"},
    {"ibm-866", "866 cp866 csibm866 ibm866"},
    {"iso-8859-2",
     "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2"},
    {"iso-8859-3",
     "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3"},
    {"iso-8859-4",
     "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4"},
    {"iso-8859-5",
     "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 "
     "iso_8859-5:1988"},
    {"iso-8859-6",
     "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e "
     "iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987"},
    {"iso-8859-7",
     "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 "
     "iso_8859-7 iso_8859-7:1987 sun_eu_greek"},
    {"iso-8859-8",
     "csiso88598e csiso88598i csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-8859-8-i "
     "iso-ir-138 iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 logical visual"},
    {"iso-8859-10", "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6"},
    {"iso-8859-13", "iso-8859-13 iso8859-13 iso885913"},
    {"iso-8859-14", "iso-8859-14 iso8859-14 iso885914"},
    {"iso-8859-15", "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9"},
    {"iso-8859-16", "iso-8859-16"},
    {"KOI8-R", "cskoi8r koi koi8 koi8-r koi8_r"},
    {"KOI8-U", "koi8-ru koi8-u"},
    {"macintosh", "csmacintosh mac macintosh x-mac-roman"},
    {"windows-874", "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874"},
    {"windows-1250", "cp1250 windows-1250 x-cp1250"},
    {"windows-1251", "cp1251 windows-1251 x-cp1251"},
    {"windows-1252",
     "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 "
     "iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252"},
    {"windows-1253", "cp1253 windows-1253 x-cp1253"},
    {"windows-1254",
     "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 "
     "latin5 windows-1254 x-cp1254"},
    {"windows-1255", "cp1255 windows-1255 x-cp1255"},
    {"windows-1256", "cp1256 windows-1256 x-cp1256"},
    {"windows-1257", "cp1257 windows-1257 x-cp1257"},
    {"windows-1258", "cp1258 windows-1258 x-cp1258"},
    {"x-mac-cyrillic", "x-mac-cyrillic x-mac-ukrainian"},
    {"GB18030",
     "chinese cp936 csgb2312 csiso58gb231280 gb18030 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 "
     "x-gbk"},
    {"Big5-HKSCS", "big5 big5-hkscs cn-big5 csbig5 x-x-big5"},
    {"EUC-JP", "cseucpkdfmtjapanese euc-jp x-euc-jp"},
    {"ISO-2022-JP", "csiso2022jp iso-2022-jp"},
    {"windows-31j", "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis"},
    {"windows-949",
     "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 "
     "ksc_5601 windows-949"},
    {"UTF-16BE", "unicodefffe utf-16be"},
    {"UTF-16LE", "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le"},
};

std::string lower_trimmed(std::string_view text) {
  constexpr std::string_view around = " \t\r\n\f\"'";
  std::string out(policy::trimmed(text, around));
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
  return out;
}

bool has_label(std::string_view labels, std::string_view label) {
  while (!labels.empty()) {
    const std::size_t end = std::min(labels.find(' '), labels.size());
    if (labels.substr(0, end) == label) return true;
    labels.remove_prefix(std::min(end + 1, labels.size()));
  }
  return false;
}

// What is written in ASCII's bytes cannot be UTF-16.
std::optional<std::string> in_ascii(std::optional<std::string> charset) {
  return charset && charset->starts_with("UTF-16") ? "UTF-8" : charset;
}

}  // namespace

std::optional<std::string> charset_of_label(std::string_view text) {
  const std::string label = lower_trimmed(text);
  const auto found = std::ranges::find_if(
      encodings, [&](const Encoding& encoding) { return has_label(encoding.labels, label); });
  return found == std::end(encodings) ? std::nullopt : std::optional(std::string(found->name));
}

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

std::optional<std::string> meta_charset(std::string_view html) {
  const std::string_view head = html.substr(0, meta_scan_bytes);
  for (std::size_t at = head.find('<'); at != head.npos; at = head.find('<', at + 1)) {
    if (lower_trimmed(head.substr(at, 5)) != "<meta") continue;
    if (auto charset = charset_parameter(head.substr(at, head.find('>', at) - at))) {
      return in_ascii(std::move(charset));
    }
  }
  return std::nullopt;
}

std::optional<std::string> xml_charset(std::string_view xml) {
  if (!xml.starts_with("<?xml")) return std::nullopt;
  const std::string_view declaration = xml.substr(0, std::min(xml.find("?>"), meta_scan_bytes));
  const std::size_t encoding = declaration.find("encoding");
  if (encoding == declaration.npos) return std::nullopt;
  const std::size_t quote = declaration.find_first_of("\"'", encoding);
  if (quote == declaration.npos) return std::nullopt;
  const std::size_t end = declaration.find(declaration[quote], quote + 1);
  return in_ascii(charset_of_label(declaration.substr(quote + 1, end - quote - 1)));
}

}  // namespace seekd::fetcher
