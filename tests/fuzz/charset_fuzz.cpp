// Any bytes under any declaration: what is decoded is valid UTF-8, without a byte-order mark of its
// own, and no longer than three bytes for each.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fetcher/extract/charset.h"
#include "fetcher/extract/charset_guess.h"

using seekd::fetcher::DeclaredIn;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // The first line declares, the rest is declared.
  const std::size_t line = bytes.find('\n');
  const std::string_view declaration = bytes.substr(0, line);
  const std::string_view body = line == bytes.npos ? bytes : bytes.substr(line + 1);
  for (const DeclaredIn where : {DeclaredIn::html, DeclaredIn::xml, DeclaredIn::headers}) {
    const std::string charset = seekd::fetcher::detect_charset(body, declaration, where);
    const std::string text = seekd::fetcher::decode(body, charset);
    if (!seekd::fetcher::is_utf8(text) || text.size() > 3 * body.size()) std::abort();
  }
  return 0;
}
