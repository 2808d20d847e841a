#include "fetcher/extract/charset_guess.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>

#include <uchardet/uchardet.h>

#include "fetcher/extract/charset.h"
#include "fetcher/extract/charset_labels.h"

namespace seekd::fetcher {
namespace {

constexpr std::size_t sample_bytes = 64 << 10;
constexpr std::size_t context_bytes = 1 << 10;  // before the first letter beyond ASCII
constexpr std::string_view fallback = "windows-1252";
constexpr std::string_view utf8_name = "UTF-8";

// So many are no accident: a legacy text is rarely UTF-8 at one place, and not at several.
constexpr std::size_t utf8_sequences_min = 4;
constexpr std::size_t errors_min = 4;
constexpr double error_share_max = 0.1;     // of the characters beyond ASCII
constexpr std::size_t wide_bytes_min = 40;  // for a declared windows-1252 not to be believed

// uchardet also names encodings that the web does not use, and confuses Italian with them.
constexpr std::string_view guessed[] = {
    "GB18030",      "Big5-HKSCS",   "windows-31j",  "EUC-JP",       "ISO-2022-JP",  "windows-949",
    "KOI8-R",       "ibm-866",      "iso-8859-2",   "iso-8859-5",   "iso-8859-6",   "iso-8859-7",
    "iso-8859-8",   "iso-8859-15",  "windows-874",  "windows-1250", "windows-1251", "windows-1252",
    "windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258"};
constexpr std::string_view wide[] = {"GB18030", "Big5-HKSCS", "windows-31j", "EUC-JP",
                                     "windows-949"};

bool is_beyond_ascii(char byte) {
  return (byte & 0x80) != 0;
}

// How many bytes of ASCII stand there.
std::size_t ascii_at(std::string_view bytes, std::size_t at) {
  const std::size_t begin = at;
  for (std::uint64_t eight = 0; at + sizeof eight <= bytes.size(); at += sizeof eight) {
    std::memcpy(&eight, bytes.data() + at, sizeof eight);
    if ((eight & 0x8080808080808080) != 0) break;
  }
  while (at < bytes.size() && !is_beyond_ascii(bytes[at])) ++at;
  return at - begin;
}

// The bytes of the character beyond ASCII that stands there, 0 where none does (Unicode, table
// 3-7).
std::size_t sequence_at(std::string_view bytes, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U;
  };
  const unsigned lead = byte(0);
  const std::size_t size = lead < 0xC2 || lead > 0xF4 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  const bool strays = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
                      (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F);
  return strays ? 0 : size;
}

// Where the letters are that tell charsets apart.
std::string_view sample(std::string_view bytes) {
  const auto first = std::ranges::find_if(bytes, is_beyond_ascii) - bytes.begin();
  const auto begin =
      std::max<std::ptrdiff_t>(0, first - static_cast<std::ptrdiff_t>(context_bytes));
  return bytes.substr(static_cast<std::size_t>(begin), sample_bytes);
}

std::string ask_uchardet(std::string_view bytes) {
  const std::unique_ptr<std::remove_pointer_t<uchardet_t>, decltype(&uchardet_delete)> detector(
      uchardet_new(), uchardet_delete);
  if (uchardet_handle_data(detector.get(), bytes.data(), bytes.size()) != 0) return {};
  uchardet_data_end(detector.get());
  const std::string name = uchardet_get_charset(detector.get());
  return name == "UHC" ? "windows-949" : name;
}

// So many sequences of more than one byte. REQUIRES: is_utf8.
bool has_utf8_sequences(std::string_view bytes, std::size_t least) {
  std::size_t count = 0;
  for (std::size_t at = ascii_at(bytes, 0); at < bytes.size() && count < least;) {
    ++count;
    at += sequence_at(bytes, at);
    at += ascii_at(bytes, at);
  }
  return count >= least;
}

// Much of the text has no character in `charset`.
bool decodes_badly(std::string_view bytes, const std::string& charset) {
  std::size_t errors = 0;
  std::size_t letters = 0;
  const std::string text = decode(sample(bytes), charset);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if ((text[at] & 0xC0) != 0xC0) continue;
    ++letters;
    if (std::string_view(text).substr(at).starts_with("\uFFFD")) ++errors;
  }
  return errors >= errors_min &&
         static_cast<double>(errors) > error_share_max * static_cast<double>(letters);
}

// Servers send windows-1252 (as iso-8859-1) where nobody told them otherwise.
bool is_wide_after_all(std::string_view bytes, const std::string& guess) {
  const auto beyond = std::ranges::count_if(sample(bytes), is_beyond_ascii);
  return static_cast<std::size_t>(beyond) >= wide_bytes_min &&
         std::ranges::find(wide, guess) != std::end(wide) && !decodes_badly(bytes, guess);
}

constexpr std::size_t units_looked_at = 512;
constexpr std::size_t ascii_units_min = 4;

enum class ByteOrder : std::uint8_t { little, big };

// How many of the first UTF-16 units are ASCII; nullopt where one of them is in no text.
std::optional<std::size_t> ascii_units(std::string_view bytes, ByteOrder order, std::size_t units) {
  std::size_t ascii = 0;
  bool high = false;  // the unit before began a surrogate pair
  for (std::size_t i = 0; i < units; ++i) {
    const auto first = static_cast<unsigned char>(bytes[2 * i]);
    const auto second = static_cast<unsigned char>(bytes[2 * i + 1]);
    const unsigned unit = order == ByteOrder::little ? second << 8U | first : first << 8U | second;
    const bool low = unit >= 0xDC00 && unit < 0xE000;
    const bool space = unit >= '\t' && unit <= '\r';
    const bool control = (unit < 0x20 && !space) || (unit >= 0x7F && unit < 0xA0);
    if (low != high || control || unit >= 0xFFFE) return std::nullopt;
    high = unit >= 0xD800 && unit < 0xDC00;
    ascii += unit < 0x7F ? 1 : 0;
  }
  return ascii;
}

}  // namespace

std::optional<std::string> unmarked_utf16(std::string_view bytes) {
  const std::size_t units = std::min(bytes.size() / 2, units_looked_at);
  if (bytes.substr(0, 2 * units).find('\0') == bytes.npos) return std::nullopt;
  const std::size_t wanted = std::max(ascii_units_min, units / 4);
  if (ascii_units(bytes, ByteOrder::little, units).value_or(0) >= wanted) return "UTF-16LE";
  if (ascii_units(bytes, ByteOrder::big, units).value_or(0) >= wanted) return "UTF-16BE";
  return std::nullopt;
}

bool is_utf8(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    at += ascii_at(bytes, at);
    if (at == bytes.size()) return true;
    const std::size_t size = sequence_at(bytes, at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

std::string guess_charset(std::string_view bytes) {
  const auto charset = charset_of_label(ask_uchardet(sample(bytes)));
  const bool accepted = charset && std::ranges::find(guessed, *charset) != std::end(guessed);
  return accepted ? *charset : std::string(fallback);
}

std::string corrected_charset(std::string_view bytes, const std::string& declared) {
  if (declared.starts_with("UTF-16") || declared == "ISO-2022-JP") return declared;
  if (is_utf8(bytes)) {
    const bool certain = has_utf8_sequences(bytes, utf8_sequences_min);
    return certain ? std::string(utf8_name) : declared;
  }
  if (declared == fallback) {
    std::string guess = guess_charset(bytes);
    return is_wide_after_all(bytes, guess) ? guess : declared;
  }
  return decodes_badly(bytes, declared) ? guess_charset(bytes) : declared;
}

}  // namespace seekd::fetcher
